package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.TestKey;
import co.caution.TestService;
import co.caution.account.Accounts;
import co.caution.account.DeviceLogins;
import co.caution.account.DeviceLogins.Answer;
import co.caution.account.Invitations;
import co.caution.account.Scope;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The pages in a real browser, with an authenticator of its own. */
class ChromiumIT {

    @TempDir
    Path directory;

    private TestService service;
    private Chromium browser;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Chromium.installed(), "SKIPPED: Chromium is missing. Bring it: apt-get install chromium chromium-driver");
        service = TestService.shared();
        browser = new Chromium(directory);
    }

    @AfterEach
    void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void somebodyJoinsWithAPasskeySignsOutAndInAgainAndKeepsTheirKeysInOrder() throws Exception {
        String authenticator = browser.authenticator("internal");
        browser.open(service.url() + "/join#" + service.bean(Invitations.class).firstOwner().secret());
        assertThat(browser.text("//h1[contains(text(),'Make the first account')]")).isNotEmpty();
        assertThat(browser.address()).as("the secret is out of the address").isEqualTo(service.url() + "/join");
        picture("join");
        browser.type("#name", "wanda");
        browser.click("#new button");

        assertThat(browser.text("//ul[@id='passkeys']/li")).contains("first passkey", "never used");
        assertThat(browser.text("//span[@id='who'][contains(text(),'wanda')]")).isEqualTo("wanda");
        assertThat(browser.run("return document.cookie").asString()).as("no script sees the session").isEmpty();
        assertThat(browser.run("return localStorage.getItem('caution-session').length").asInt()).as("the other half, for this port alone").isEqualTo(43);
        assertThat(browser.run("return fetch('/api/account').then(answer => answer.status)").asInt()).as("the cookie alone").isEqualTo(401);
        assertThat(browser.cookies()).singleElement().satisfies(cookie -> {
            assertThat(cookie.path("name").asString()).isEqualTo("caution-localhost");
            assertThat(cookie.path("httpOnly").asBoolean()).isTrue();
            assertThat(cookie.path("sameSite").asString()).isEqualTo("Strict");
        });

        browser.click("#passkeys li button:last-of-type");
        assertThat(browser.text("//*[@id='problem'][contains(text(),'last passkey')]")).contains("Add another first");
        picture("account");

        browser.click("#sign-out");
        browser.verifiesUser(authenticator, false);
        browser.click("#sign-in");
        assertThat(browser.text("//*[@id='problem'][string-length(text())>0]")).contains("Nothing was done");
        picture("sign-in");
        browser.verifiesUser(authenticator, true);
        browser.click("#sign-in");
        assertThat(browser.text("//ul[@id='passkeys']/li[not(contains(.,'never used'))]")).contains("first passkey");

        // Another device: the first one would say that it is registered already.
        JsonNode first = browser.pull(authenticator);
        String second = browser.authenticator("usb");
        browser.run("""
                const plain = window.fetch;
                window.fetch = (path, call) => path !== '/api/proofs' ? plain(path, call)
                    : new Promise((done) => { window.proceed = () => done(plain(path, call)); });""");
        browser.type("#label", "on <i>a</i> chain");
        browser.click("#add button");
        // It was made, and now the account's owner is to be proven: by the device that is theirs already.
        browser.until("return typeof window.proceed === 'function'");
        browser.without(second);
        authenticator = browser.putBack("internal", first);
        browser.run("window.proceed()");
        assertThat(browser.text("//ul[@id='passkeys']/li[contains(.,'on <i>a</i> chain')]")).contains("never used");
        assertThat(proofs("passkey.add")).as("the log keeps it").singleElement().asString().contains("method POST\\npath /api/passkeys\\n");

        // From here on nobody is asked to wait.
        browser.open(service.url() + "/account");
        assertThat(browser.text("//ul[@id='passkeys'][count(li)=2]")).contains("chain");
        String other = "fetch('/api/passkeys', {headers: {'Caution-Session': localStorage.getItem('caution-session')}}).then(a => a.json())"
                + ".then(all => all.find(one => one.name.includes('chain')).id)";
        assertThat(browser.run("return " + other + """
                .then(id => fetch('/api/passkeys/' + id, {method: 'DELETE', headers: {'Caution-Session': localStorage.getItem('caution-session')}}))
                .then(answer => answer.json()).then(problem => problem.code)""").asString()).as("the session alone").isEqualTo("proof_required");
        browser.verifiesUser(authenticator, false);
        browser.click("#passkeys li:last-of-type button:last-of-type");
        assertThat(browser.text("//*[@id='problem'][string-length(text())>0]")).contains("Nothing was done");
        assertThat(browser.text("//ul[@id='passkeys'][count(li)=2]")).contains("chain");
        assertThat(proofs("passkey.remove")).isEmpty();
        browser.verifiesUser(authenticator, true);
        browser.click("#passkeys li:last-of-type button:last-of-type");
        assertThat(browser.text("//ul[@id='passkeys'][count(li)=1]")).doesNotContain("chain");
        assertThat(proofs("passkey.remove")).singleElement().asString().contains("method DELETE\\npath /api/passkeys/");
        assertThat(browser.run("return performance.getEntriesByType('resource').every(e => e.name.startsWith(location.origin))").asBoolean())
                .as("nothing comes from elsewhere").isTrue();
    }

    @Test
    void aLinkSaysWhoseItIsAndAProgramIsLetInByAPasskey() throws Exception {
        String authenticator = browser.authenticator("internal");
        var person = service.person("linked");
        String token = service.token(person);
        var key = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(person.id(), key.publicKey());
        String made = service.call("POST", "/api/account/browser-link", token, "{}", Map.of(FreshProof.HEADER,
                key.proof(service, token, "POST", "/api/account/browser-link", "{}".getBytes(StandardCharsets.UTF_8)))).body();
        browser.open(new JsonMapper().readTree(made).path("link").asString());
        assertThat(browser.text("//*[@id='whose'][string-length(text())>0]")).isEqualTo("linked");
        assertThat(browser.address()).as("nobody is signed in before they said so").isEqualTo(service.url() + "/");
        assertThat(browser.cookies()).isEmpty();
        picture("link");
        browser.click("#as");
        assertThat(browser.text("//span[@id='who'][contains(text(),'linked')]")).isEqualTo("linked");
        browser.type("#label", "laptop");
        browser.click("#add button");
        assertThat(browser.text("//ul[@id='passkeys']/li")).contains("laptop");

        var begun = service.bean(DeviceLogins.class).begin("a laptop", Set.of(Scope.READ), InetAddress.ofLiteral("192.0.2.9"));
        browser.open(service.url() + "/device#" + begun.userCode());
        assertThat(browser.text("//span[@id='who'][contains(text(),'linked')]")).isNotEmpty();
        assertThat(browser.run("return document.getElementById('asked').hidden").asBoolean()).as("a link only fills the field").isTrue();
        browser.click("#type button");
        assertThat(browser.text("//*[@id='asked'][not(@hidden)]")).contains("act as linked", "a laptop", "192.0.2.9", "which is not where you are",
                "look at everything", begun.userCode());
        picture("device");
        browser.verifiesUser(authenticator, false);
        browser.click("#allow");
        assertThat(browser.text("//*[@id='problem'][string-length(text())>0]")).contains("Nothing was done");
        assertThat(service.bean(DeviceLogins.class).poll(begun.deviceCode())).isInstanceOf(Answer.Pending.class);
        browser.verifiesUser(authenticator, true);
        browser.click("#allow");
        assertThat(browser.text("//*[@id='done'][string-length(text())>0]")).contains("It is let in");
        service.bean(JdbcClient.class).sql("update device_login set last_polled_at = null").update();
        assertThat(service.bean(DeviceLogins.class).poll(begun.deviceCode())).isInstanceOf(Answer.Allowed.class);
    }

    /** What wanda showed for such calls. */
    private List<String> proofs(String event) {
        return service.bean(JdbcClient.class).sql("""
                select e.proof from audit_entry e join account a on a.id = e.account_id
                where a.name = 'wanda' and e.event = ? and e.proof is not null""").param(event).query(String.class).list();
    }

    /** For people who change the pages to look at. */
    private void picture(String name) throws Exception {
        browser.screenshot(Files.createDirectories(Path.of("target", "pages")).resolve(name + ".png"));
    }
}
