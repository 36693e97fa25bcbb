package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.TestService;
import co.caution.account.Invitations;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        browser.without(authenticator);
        browser.authenticator("usb");
        browser.type("#label", "on <i>a</i> chain");
        browser.click("#add button");
        assertThat(browser.text("//ul[@id='passkeys']/li[contains(.,'on <i>a</i> chain')]")).contains("never used");
        browser.click("#passkeys li:last-of-type button:last-of-type");
        assertThat(browser.text("//ul[@id='passkeys'][count(li)=1]")).doesNotContain("chain");
        assertThat(browser.run("return performance.getEntriesByType('resource').every(e => e.name.startsWith(location.origin))").asBoolean())
                .as("nothing comes from elsewhere").isTrue();
    }

    /** For people who change the pages to look at. */
    private void picture(String name) throws Exception {
        browser.screenshot(Files.createDirectories(Path.of("target", "pages")).resolve(name + ".png"));
    }
}
