package co.caution.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WordsTest {

    private static final Api.Caller LEE = new Api.Caller(UUID.randomUUID(), "lee", "SHA256:x", "127.0.0.1");
    private static final Api.Caller ROBIN = new Api.Caller(UUID.randomUUID(), "robin", "SHA256:x", "127.0.0.1");

    private final List<Api.Call> calls = new ArrayList<>();
    private final List<Api.Caller> callers = new ArrayList<>();
    private final Deque<Api.Answer> answers = new ArrayDeque<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private boolean gone;

    @Test
    void aListIsShownInColumns() throws Exception {
        answers.add(answer(200, """
                [{"resource_name":"hello","organization":"lee","state":"live","release":{"number":3},"id":"1"},
                 {"resource_name":"b","organization":"acme","state":"new","deploy_branch":"main","id":"2"}]"""));
        assertThat(run("apps list")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                NAME   ORGANIZATION  STATE  RELEASE  BRANCH  ID
                hello  lee           live   3        -       1
                b      acme          new    -        main    2
                """);
        assertThat(call()).isEqualTo("GET /api/apps");
    }

    @Test
    void jsonComesAsItCame() throws Exception {
        answers.add(answer(200, "[ {\"a\": \"b\"}]"));
        run("apps list --json");
        assertThat(out).hasToString("[ {\"a\": \"b\"}]\n");
    }

    @Test
    void whatIsInAnAnswerSteersNoTerminal() throws Exception {
        String name = "a\u001b[2J\u009b31m\u202eb\u0007";
        String escaped = "a\\u001b[2J\u009b31m\u202eb\\u0007"; // as JSON is written: it keeps the other two as they are
        answers.add(answer(200, "[{\"resource_name\":\"" + escaped + "\"}]"));
        answers.add(answer(200, "[{\"resource_name\":\"" + escaped + "\"}]"));
        answers.add(answer(200, name + "\nnext"));
        answers.add(answer(404, "{\"detail\":\"" + escaped + "\\nfatal: x\"}"));
        run("apps list");
        run("apps list --json");
        run("builds output app 1");
        run("apps get app");
        assertThat(out + "" + err).matches("[^\\p{Cntrl}\\u0080-\\u009f\\u202e]*(\n[^\\p{Cntrl}\\u0080-\\u009f\\u202e]*)*").contains("\\u202e");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void argumentsGoWhereTheyBelong() throws Exception {
        run("apps create 'hello' --organization acme");
        assertThat(call()).isEqualTo("POST /api/apps?organization=acme {\"name\":\"hello\"}");
        run("apps branch hello 'fe&t/\"x\"'");
        assertThat(call()).isEqualTo("PATCH /api/apps/hello {\"deploy_branch\":\"fe&t/\\\"x\\\"\"}");
        run("builds cancel hello 1-2");
        assertThat(call()).isEqualTo("POST /api/apps/hello/builds/1-2/cancel");
        run("apps list --limit '5&x=y' --cursor abc_-");
        assertThat(call()).isEqualTo("GET /api/apps?cursor=abc_-&limit=5%26x%3Dy");
    }

    @Test
    void whatIsNotUnderstoodIsSaidInOneLineAndAskedOfNobody() throws Exception {
        for (String line : List.of("apps", "apps list more", "apps get", "apps get a b", "apps get ../../admin/backup", "apps get 'a/b'", "apps get ''",
                "apps get '?x'", "apps get -x", "apps list --nothing", "apps list --limit", "apps list --follow", "builds output a", "builds output a 1 --json",
                "apps get a%2fb", "apps list; id", "apps list --as sam", "apps get 'a", "apps '\u001b'")) {
            err.reset();
            assertThat(run(line)).as(line).isEqualTo(Words.USAGE);
            assertThat(err.toString()).as(line).startsWith("fatal: ").endsWith("\n").hasLineCount(1);
            assertThat(out.size()).as(line).isZero();
            assertThat(calls).as(line).isEmpty();
        }
    }

    @Test
    void whatHttpRefusesIsRefusedInTheSameWords() throws Exception {
        answers.add(answer(403, "{\"title\":\"Forbidden\",\"detail\":\"You are viewer there.\"}"));
        assertThat(run("apps get x")).isEqualTo(1);
        assertThat(err).hasToString("fatal: You are viewer there.\n");
        err.reset();
        answers.add(answer(500, "<html>"));
        assertThat(run("apps get x")).isEqualTo(1);
        assertThat(err).hasToString("fatal: the platform answered with status 500\n");
    }

    @Test
    void whatTakesAFreshProofIsRefusedWithTheCommandThatCarriesOne() throws Exception {
        assertThat(run("apps destroy hello")).isEqualTo(1);
        assertThat(err.toString()).contains("fatal: ", "caution apps destroy APP").hasLineCount(1);
        assertThat(run("ssh-keys add key.pub --now")).isEqualTo(1);
        assertThat(calls).isEmpty();
    }

    @Test
    void aKeyOfSeveralPeopleSaysWhoIsMeant() throws Exception {
        var words = new Words(this::answer);
        var client = new Words.Client(out, err, () -> gone);
        assertThat(words.run("whoami", List.of(LEE, ROBIN), client)).isEqualTo(Words.USAGE);
        assertThat(err.toString()).contains("lee, robin", "--as NAME");
        assertThat(words.run("whoami --as robin", List.of(LEE, ROBIN), client)).isZero();
        assertThat(callers).containsExactly(ROBIN);
    }

    @Test
    void aBuildIsFollowedToItsEnd() throws Exception {
        answers.add(said("one\ntwo\n", "running"));
        answers.add(said("three\n", "running"));
        answers.add(said("four\n", "succeeded"));
        assertThat(run("builds output app 1 --follow")).isZero();
        assertThat(out).hasToString("one\ntwo\nthree\nfour\n");
        assertThat(calls).extracting(Api.Call::path).containsExactly("/api/apps/app/builds/1/output?from=0&wait=5",
                "/api/apps/app/builds/1/output?from=2&wait=5", "/api/apps/app/builds/1/output?from=3&wait=5");
    }

    @Test
    void nobodyFollowsForAClientThatHasGone() throws Exception {
        answers.add(said("one\n", "running"));
        var words = new Words((caller, call) -> {
            gone = true;
            return answers.remove();
        });
        assertThat(words.run("builds output app 1 --follow", List.of(LEE), new Words.Client(out, err, () -> gone))).isEqualTo(1);
        assertThat(out).hasToString("one\n");
    }

    @Test
    void whereAListGoesOnIsSaidBesideIt() throws Exception {
        answers.add(new Api.Answer(200, Map.of("link", "</api/apps?limit=1&cursor=aB_-9>; rel=\"next\""), "[]".getBytes(StandardCharsets.UTF_8)));
        run("apps list --limit 1");
        assertThat(err).hasToString("There is more: add --cursor aB_-9\n");
    }

    @Test
    void helpShowsWhatThereIs() throws Exception {
        assertThat(run("help")).isZero();
        assertThat(out.toString()).contains("apps create NAME [--organization NAME]", "builds output APP BUILD [--follow]");
    }

    /** Writes {@code target/ssh-commands.md}; the page has a copy of it. */
    @Test
    void thePageHasTheTable() throws Exception {
        var table = new StringBuilder("| command | what it does | the same over HTTP |\n|---|---|---|\n");
        for (var phrase : Vocabulary.PHRASES) {
            table.append("| `").append(phrase.usage()).append("` | ").append(phrase.meaning()).append(" | `")
                    .append(phrase.method()).append(' ').append(phrase.pattern()).append("` |\n");
        }
        Files.writeString(Path.of("target", "ssh-commands.md"), table);
        assertThat(Path.of("docs", "reference", "ssh.md")).as("put target/ssh-commands.md in place of its table").content().contains(table);
    }

    private int run(String line) throws IOException {
        return new Words(this::answer).run(line, List.of(LEE), new Words.Client(out, err, () -> gone));
    }

    private Api.Answer answer(Api.Caller caller, Api.Call call) {
        callers.add(caller);
        calls.add(call);
        return answers.isEmpty() ? answer(200, "{}") : answers.remove();
    }

    private String call() {
        var call = calls.removeLast();
        return call.method() + " " + call.path() + (call.body() == null ? "" : " " + new String(call.body(), StandardCharsets.UTF_8));
    }

    private static Api.Answer answer(int status, String body) {
        return new Api.Answer(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    private static Api.Answer said(String lines, String state) {
        return new Api.Answer(200, Map.of("x-build-state", state), lines.getBytes(StandardCharsets.UTF_8));
    }
}
