package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Grant;
import co.caution.account.Role;
import co.caution.account.Scope;
import co.caution.account.Tokens;
import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.git.GitClient;
import co.caution.paging.PageRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Apps by their names, present and former, over HTTP and SSH. */
class NamesIT {

    private static TestService service;
    private static Apps apps;
    private static UUID organization;
    private static Account member;
    private static String token;
    private static String strangersToken;

    @BeforeAll
    static void aMemberOfAnOrganizationAndSomebodyElse() throws IOException {
        service = TestService.shared();
        apps = service.bean(Apps.class);
        organization = service.organization("namers");
        member = service.person("namer");
        service.join(organization, member, Role.MEMBER);
        token = service.token(member);
        strangersToken = service.token(service.person("nameless"));
    }

    @Test
    void anAppIsFoundByItsNameWhereverItsIdWouldDo() throws Exception {
        App app = apps.create(organization, "by-name");
        for (String path : List.of("", "/builds")) {
            var byName = service.call("GET", "/api/apps/by-name" + path, token, null);
            assertThat(byName.statusCode()).isEqualTo(200);
            assertThat(byName.body()).isEqualTo(service.call("GET", "/api/apps/" + app.id() + path, token, null).body());
        }
        assertThat(patch("by-name", "{\"deploy_branch\":\"trunk\"}").path("deploy_branch").asString()).isEqualTo("trunk");
        var challenge = "{\"nonce\":\"" + "A".repeat(43) + "=\"}";
        assertThat(service.call("POST", "/api/apps/by-name/attestation", token, challenge).body())
                .isEqualTo(service.call("POST", "/api/apps/" + app.id() + "/attestation", token, challenge).body());
        assertThat(service.call("POST", "/api/apps/by-name/attestation", null, challenge).statusCode()).isEqualTo(404);
    }

    @Test
    void anothersNameAnswersLikeOneThatNobodyHas() throws Exception {
        apps.create(organization, "ours-alone");
        for (String query : List.of("", "?organization=namers", "?organization=nobodys")) {
            var there = service.call("GET", "/api/apps/ours-alone" + query, strangersToken, null);
            var nowhere = service.call("GET", "/api/apps/ours-olane" + query, strangersToken, null);
            assertThat(there.statusCode()).isEqualTo(404);
            assertThat(said(there, "ours-alone")).isEqualTo(said(nowhere, "ours-olane"));
        }
        for (String odd : List.of("Ours-Alone", "%F0%9F%98%80", "ours-alone'--", "x".repeat(2000), "null")) {
            assertThat(service.call("GET", "/api/apps/" + odd, token, null).statusCode()).as(odd).isEqualTo(404);
        }
    }

    /** All but the name that was asked for, and the request's own id and time. */
    private static String said(HttpResponse<String> answer, String name) {
        return answer.body().replace(name, "NAME").replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID");
    }

    @Test
    void ofSeveralItIsAskedWhichAndNoneIsTaken() throws Exception {
        App ours = apps.create(organization, "both");
        App own = apps.create(member.id(), "both");

        var asked = service.call("DELETE", "/api/apps/both", token, null);
        assertThat(asked.statusCode()).isEqualTo(409);
        assertThat(asked.body()).contains("namer, namers", "?organization=");
        var challenged = service.call("POST", "/api/apps/both/attestation", token, "{}");
        assertThat(challenged.statusCode()).as("whoever verifies by a name is asked as well").isEqualTo(409);
        assertThat(id("both?organization=namers")).isEqualTo(ours.id());
        assertThat(id("both?organization=namer")).isEqualTo(own.id());
        assertThat(id(ours.id() + "?organization=namers")).isEqualTo(ours.id());
        assertThat(service.call("GET", "/api/apps/" + ours.id() + "?organization=namer", token, null).statusCode()).isEqualTo(404);
        try (var client = new GitClient(service.sshPort)) {
            service.bean(Accounts.class).addSshKey(member.id(), client.key());
            assertThat(client.run("git-upload-pack '/both'").err()).startsWith("fatal: Several of your organizations")
                    .contains("namer, namers").hasLineCount(1);
            assertThat(client.run("git-upload-pack '/namers/both.git'").out()).contains("0000");
        }
        apps.destroy(member.id(), own.id(), () -> {});
        assertThat(id("both")).isEqualTo(ours.id());
    }

    /** Whoever holds a CI's key and puts it beside their own asks for names that they made themselves. */
    @Test
    void aKeyThatIsBoundToAnAppLearnsNothingOfTheOthersThere() throws Exception {
        App bound = apps.create(organization, "ci-pushes");
        apps.create(organization, "kept-quiet");
        var holder = service.person("holder-of-a-ci-key");
        App own = apps.create(holder.id(), "kept-quiet");
        try (var client = new GitClient(service.sshPort)) {
            service.bean(Accounts.class).addSshKey(member.id(), client.key(), bound.id());
            assertThat(client.run("git-receive-pack '/ci-pushes.git'").err()).isEmpty();
            assertThat(client.run("git-receive-pack '/namers/kept-quiet.git'").err()).isEqualTo("fatal: " + new AppException.NotFound("namers/kept-quiet").getMessage() + "\n");

            service.bean(Accounts.class).addSshKey(holder.id(), client.key());
            assertThat(client.run("git-upload-pack '/kept-quiet.git'")).isEqualTo(client.run("git-upload-pack '/" + own.id() + ".git'"));
            assertThat(client.run("git-receive-pack '/ci-pushes.git'").err()).isEmpty();
            assertThat(client.run("git-upload-pack '/ci-pushes.git'").err()).isEqualTo("fatal: " + new AppException.NotFound("ci-pushes").getMessage() + "\n");
        }
    }

    /** It would learn them by asking for each: what it is told is the same for one that is taken and one that nobody has. */
    @Test
    void aTokenThatIsBoundToAnAppLearnsNoNamesOfTheOthersThere() throws Exception {
        App bound = apps.create(organization, "ci-manages");
        App other = apps.create(organization, "unheard-of");
        apps.change(organization, other.id(), "still-unheard-of", null);
        String managing = service.bean(Tokens.class).createFor(member.id(), "ci", new Grant(Set.of(Scope.READ, Scope.MANAGE), bound.id()),
                Duration.ofDays(1), Grant.ALL).secret();
        var answers = new HashSet<String>();
        for (String name : List.of("unheard-of", "still-unheard-of", "that-nobody-has", "ci-manages", "No Name")) {
            for (String branch : List.of("", ",\"deploy_branch\":\"lost\"")) {
                var refused = service.call("PATCH", "/api/apps/" + bound.id(), managing, "{\"name\":\"" + name + "\"" + branch + "}");
                assertThat(refused.statusCode()).as(name).isEqualTo(403);
                answers.add(said(refused, name));
            }
        }
        assertThat(answers).hasSize(1);
        assertThat(answers.iterator().next()).contains("A token of one app gives it no other name");
        assertThat(get("ci-manages").has("deploy_branch")).isFalse();

        var branch = service.call("PATCH", "/api/apps/ci-manages", managing, "{\"deploy_branch\":\"trunk\"}");
        assertThat(branch.statusCode()).as(branch.body()).isEqualTo(200);
        String everywhere = service.bean(Tokens.class).createFor(member.id(), "all", new Grant(Set.of(Scope.MANAGE), null), Duration.ofDays(1),
                Grant.ALL).secret();
        assertThat(service.call("PATCH", "/api/apps/ci-manages", everywhere, "{\"name\":\"unheard-of\"}").body())
                .as("who sees the others is told which").contains("former name of the app 'still-unheard-of'");
    }

    @Test
    void aFormerNameLeadsToTheAppAndIsKeptFromOthers() throws Exception {
        App app = apps.create(organization, "before");
        assertThat(patch("before", "{\"name\":\"after\"}").path("resource_name").asString()).isEqualTo("after");

        var found = get("before");
        assertThat(found.path("id").asString()).isEqualTo(app.id().toString());
        assertThat(found.path("resource_name").asString()).isEqualTo("after");
        assertThat(found.path("former_names").valueStream().map(JsonNode::asString)).containsExactly("before");
        assertThatThrownBy(() -> apps.create(organization, "before")).isInstanceOf(AppException.Conflict.class)
                .hasMessageContaining("former name of the app 'after'");
        assertThatThrownBy(() -> apps.create(organization, "after")).isInstanceOf(AppException.Conflict.class)
                .hasMessageContaining("There is an app named 'after' already");
        App other = apps.create(organization, "other");
        for (String taken : List.of("before", "after")) {
            var refused = service.call("PATCH", "/api/apps/other", token, "{\"name\":\"" + taken + "\",\"deploy_branch\":\"lost\"}");
            assertThat(refused.statusCode()).isEqualTo(409);
        }
        assertThat(get("other").has("deploy_branch")).isFalse(); // all or nothing
        try (var client = new GitClient(service.sshPort)) {
            service.bean(Accounts.class).addSshKey(member.id(), client.key());
            for (String name : List.of("before", app.id().toString(), "after", "namers/before")) {
                var said = client.run("git-upload-pack '/" + name + ".git'");
                assertThat(said.out()).as(name).contains("0000");
                assertThat(said.err()).as(name).isEqualTo(
                        name.endsWith("before") ? "note: 'before' is a former name of the app 'after'\n" : "");
            }
        }
        assertThat(patch("after", "{\"name\":\"before\"}").path("former_names").valueStream().map(JsonNode::asString)).containsExactly("after");

        apps.destroy(organization, app.id(), () -> {});
        assertThat(service.call("GET", "/api/apps/after", token, null).statusCode()).isEqualTo(404);
        assertThat(apps.create(organization, "after").name()).isEqualTo("after");
        assertThat(patch(other.id().toString(), "{\"name\":\"before\"}").path("resource_name").asString()).isEqualTo("before");
    }

    @Test
    void whatCannotBeANameIsRefused() throws Exception {
        App app = apps.create(organization, "well-named");
        for (String name : List.of("", "ab", "Capital", "a b", "-ab", "ab-", "a".repeat(64), "a/b", UUID.randomUUID().toString())) {
            var refused = service.call("PATCH", "/api/apps/well-named", token, "{\"name\":\"" + name + "\"}");
            assertThat(refused.statusCode()).as(name).isEqualTo(400);
            var unmade = service.call("POST", "/api/apps?organization=namers", token, "{\"name\":\"" + name + "\"}");
            assertThat(unmade.statusCode()).as(name).isEqualTo(400);
        }
        assertThat(service.call("PATCH", "/api/apps/well-named", token, "{}").statusCode()).isEqualTo(400);
        assertThat(patch("well-named", "{\"name\":\"well-named\"}").has("former_names")).isFalse();
        assertThat(apps.get(organization, app.id()).name()).isEqualTo("well-named");
    }

    @Test
    void namesAreNotUsedUpByOneApp() throws Exception {
        apps.create(organization, "restless");
        int taken = 0;
        while (service.call("PATCH", "/api/apps/restless", token, "{\"name\":\"restless-" + taken + "\"}").statusCode() == 200) {
            assertThat(++taken).isLessThan(100);
        }
        assertThat(taken).isEqualTo(50);
        assertThat(patch("restless", "{\"name\":\"restless-7\"}").path("resource_name").asString()).isEqualTo("restless-7");
    }

    @Test
    void ofTwoWhoWantANameAtOnceOneGetsIt() throws Exception {
        for (int round = 0; round < 10; round++) {
            String wanted = "wanted-" + round;
            App one = apps.create(organization, "one-" + round);
            App two = apps.create(organization, "two-" + round);
            var results = atOnce(
                    () -> apps.create(organization, wanted),
                    () -> apps.create(organization, wanted),
                    () -> apps.change(organization, one.id(), wanted, null),
                    () -> apps.change(organization, two.id(), wanted, null));
            assertThat(results.stream().filter(App.class::isInstance)).hasSize(1);
            assertThat(results.stream().filter(AppException.Conflict.class::isInstance)).hasSize(3);
            assertThat(apps.list(Set.of(organization), PageRequest.ALL).items().stream().filter(each -> each.app().name().equals(wanted))).hasSize(1);
        }
    }

    private static List<Object> atOnce(List<Callable<App>> calls) throws Exception {
        var start = new CyclicBarrier(calls.size());
        var results = new ArrayList<Object>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = calls.stream().map(call -> threads.submit(() -> {
                start.await();
                try {
                    return (Object) call.call();
                } catch (AppException e) {
                    return e;
                }
            })).toList();
            for (var each : all) {
                results.add(each.get());
            }
        }
        return results;
    }

    @SafeVarargs
    private static List<Object> atOnce(Callable<App>... calls) throws Exception {
        return atOnce(List.of(calls));
    }

    private static JsonNode get(String app) throws Exception {
        var answer = service.call("GET", "/api/apps/" + app, token, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonMapper().readTree(answer.body());
    }

    private static UUID id(String app) throws Exception {
        return UUID.fromString(get(app).path("id").asString());
    }

    private static JsonNode patch(String app, String change) throws Exception {
        var answer = service.call("PATCH", "/api/apps/" + app, token, change);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonMapper().readTree(answer.body());
    }
}
