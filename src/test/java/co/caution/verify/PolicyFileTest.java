package co.caution.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyFileTest {

    private static final Path REFERENCE = Path.of("docs/reference/policy.md");

    @TempDir
    Path directory;

    private PolicyFile read(String json) throws Exception {
        return PolicyFile.read(Files.writeString(directory.resolve("policy.json"), json));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{|not JSON", "[]|not a JSON object", "{\"version\":1}|it holds no rule", "{}|must say \"version\": 1", "{\"version\":2}|must say \"version\": 1", "{\"version\":1} x|not JSON",
        "{\"version\":1,\"egres\":[]}|'egres' is not a rule; did you mean 'egress'?", "{\"version\":1,\"Max-Age-Seconds\":1}|did you mean 'max_age_seconds'?",
        "{\"version\":1,\"debug\":false}|'debug' is not a rule", "{\"version\":1,\"egress\":[],\"egress\":[]}|not JSON",
        "{\"version\":1,\"no_debug\":false}|'no_debug' is true, or left out", "{\"version\":1,\"max_age_seconds\":0}|a whole number from 1 up",
        "{\"version\":1,\"max_age_seconds\":\"5m\"}|a whole number", "{\"version\":1,\"max_age_seconds\":1.5}|a whole number",
        "{\"version\":1,\"roots\":\"aws\"}|a list", "{\"version\":1,\"roots\":[\"AWS\"]}|'aws' or the SHA-256",
        "{\"version\":1,\"egress\":[\"example.com\"]}|host:port", "{\"version\":1,\"ports\":[0]}|a whole number from 1 to 65535",
        "{\"version\":1,\"pcrs\":[{}]}|an empty set demands nothing", "{\"version\":1,\"pcrs\":[{\"pcr0\":\"00\"}]}|not pcr0",
        "{\"version\":1,\"pcrs\":[{\"PCR0\":\"00\"}]}|not PCR0", "{\"version\":1,\"kernel_at_least\":\"new\"}|a version such as",
        "{\"version\":1,\"commit_signed_by\":[\"nobody\"]}|'commit_signed_by': Signer 1: ",
        "{\"version\":1,\"allowed_signers_file\":\"nowhere\"}|which is no file",
        "{\"version\":1,\"channel_bound\":null}|true, or left out", "{\"version\":1,\"description\":1}|'description' is not a rule"})
    void whatIsNotUnderstoodIsNeverLeftOut(String json, String why) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(PolicyException.class).hasMessageContaining("policy.json was not understood").hasMessageContaining(why);
    }

    @Test
    void signersOfAnotherFileAreTakenIn() throws Exception {
        String fingerprint = "SHA256:" + "A".repeat(43);
        Files.writeString(directory.resolve("signers"), "# comment\n\n" + fingerprint + "\n");
        PolicyFile policy = read("{\"version\":1,\"allowed_signers_file\":\"signers\"}");
        assertThat(policy.json().has("allowed_signers_file")).isFalse();
        assertThat(policy.json().path("commit_signed_by").get(0).asString()).isEqualTo(fingerprint);
        assertThat(PolicyFile.of(policy.json()).policy().rules()).extracting(Policy.Rule::name).containsExactly("commit_signed_by");
    }

    @Test
    void theExampleOfTheReferenceIsAPolicyWithEveryRule() throws Exception {
        String page = Files.readString(REFERENCE);
        var block = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).isTrue();
        Files.writeString(directory.resolve("allowed_signers"), "SHA256:" + "A".repeat(43) + "\n");
        PolicyFile example = read(block.group(1));
        assertThat(example.policy().rules()).extracting(Policy.Rule::name).doesNotHaveDuplicates();
        var rows = Arrays.stream(page.substring(0, page.indexOf("## Signed commits")).split("\n")).filter(line -> line.startsWith("| `")).map(line -> line.substring(3, line.indexOf('`', 3))).toList();
        assertThat(rows).containsAll(example.policy().rules().stream().map(Policy.Rule::name).toList());
        assertThat(rows).as("a rule that the example lacks").allSatisfy(rule ->
                assertThat(rule.equals("allowed_signers_file") || example.json().has(rule)).as(rule).isTrue());
    }
}
