package co.caution.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says of the log is how it is. */
class AuditReferenceTest {

    private static final Path PAGE = Path.of("docs/reference/audit.md");

    @TempDir
    Path directory;

    @Test
    void everyEventIsInTheTableAndNothingElse() {
        assertThat(PAGE).content().contains("| event | meaning |\n|---|---|\n" + Arrays.stream(AuditEvent.values())
                .map(event -> "| `" + event.word() + "` | " + event.meaning() + " |\n").collect(Collectors.joining()) + "\n");
    }

    /** Whoever changes this changes what people have exported. */
    @Test
    void anEntryIsEncodedLikeThis() {
        assertThat(entry(1, "it's \"quoted\" \\ ö 🔑").canonical()).isEqualTo("{\"account\":\"00000000-0000-0000-0000-000000000001\",\"actor\":\"alice\","
                + "\"address\":\"192.0.2.7\",\"at\":\"2026-11-01T10:00:00.500000Z\",\"by\":\"ssh-key\",\"credential\":\"SHA256:abc\","
                + "\"details\":{\"commit\":\"c0ffee\",\"ref\":\"refs/heads/main\"},\"event\":\"push.accept\","
                + "\"organization\":\"00000000-0000-0000-0000-000000000002\",\"organization_sequence\":4,\"proof\":\"signed\","
                + "\"request\":\"00000000-0000-0000-0000-000000000003\",\"salt\":\"0011\",\"sequence\":1,\"subject\":\"it's \\\"quoted\\\" \\\\ ö 🔑\"}");
        var bare = new AuditEntry(1, "00", Instant.EPOCH, "login", null, "", "nobody", null, null, null, null, null, null, "x", "{}");
        assertThat(bare.canonical()).isEqualTo(
                "{\"actor\":\"\",\"at\":\"1970-01-01T00:00:00.000000Z\",\"by\":\"nobody\",\"details\":{},\"event\":\"login\",\"salt\":\"00\",\"sequence\":1,\"subject\":\"x\"}");
        assertThat(HexFormat.of().formatHex(Chain.link(Chain.GENESIS, bare.digest())))
                .isEqualTo("d79ab34eb1cd6059e19fa0d2b8ef55a9ce8cdc3bd126e035f5302afd3d9fab24");
    }

    @Test
    void whatStrangersWroteStaysOneLine() {
        assertThat(Canonical.plain("a\nb\r\0\u001b[2J\u202e\ud800" + "x".repeat(1000))).isEqualTo("a?b???[2J??" + "x".repeat(489));
        assertThat(Canonical.plain(Map.of("k", "v\n"))).isEqualTo(Map.of("k", "v?"));
    }

    /** The very commands of the page. */
    @Test
    void itCanBeCheckedByHand() throws Exception {
        String page = Files.readString(PAGE);
        String script = page.substring(page.indexOf("```sh\nhash=") + 6).replaceAll("(?s)```.*", "");
        byte[] hash = Chain.GENESIS;
        var lines = new StringBuilder();
        for (int i = 1; i <= 4; i++) {
            var entry = entry(i, "% \\n \"hash\":\"\" \"digest\" ö " + i);
            hash = Chain.link(hash, entry.digest());
            var recorded = new AuditTrail.Recorded(entry, hash);
            lines.append(i == 2 ? AuditLine.veiled(recorded) : AuditLine.whole(recorded)).append('\n');
        }
        assertThat(run(script, lines.toString())).isEqualTo(List.of("0", HexFormat.of().formatHex(hash)));
        assertThat(run(script, lines.toString().replaceFirst("ö 3", "ö 4")).getFirst()).isEqualTo("3");
    }

    private List<String> run(String script, String export) throws Exception {
        Files.writeString(directory.resolve("audit.jsonl"), export);
        Path out = directory.resolve("out");
        int exit = new ProcessBuilder("sh", "-c", script).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(out.toFile()).start().waitFor();
        return List.of("" + exit, Files.readString(out, StandardCharsets.UTF_8).strip());
    }

    private static AuditEntry entry(long sequence, String subject) {
        return new AuditEntry(sequence, "0011", Instant.parse("2026-11-01T10:00:00.5Z"), "push.accept", new UUID(0, 1), "alice", "ssh-key", "SHA256:abc",
                new UUID(0, 3).toString(), "192.0.2.7", "signed", new UUID(0, 2), sequence + 3, subject,
                Canonical.object(Map.of("ref", "refs/heads/main", "commit", "c0ffee")));
    }
}
