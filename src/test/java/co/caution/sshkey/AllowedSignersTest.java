package co.caution.sshkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.sshkey.AllowedSigners.Signer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedSignersTest {

    private static final String KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    private static final String FINGERPRINT = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    private static Optional<Signer> signer(String... lines) {
        return AllowedSigners.parse(List.of(lines), ZONE).of(FINGERPRINT, "git", AT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a@example.org KEY|a@example.org", "a@example.org,b@example.org KEY a comment|a@example.org,b@example.org",
        "\"a b\" KEY|a b", "a@example.org namespaces=\"git,file\" KEY|a@example.org", "a@example.org NameSpaces=git KEY|a@example.org",
        "a@example.org namespaces=\"git\",valid-after=\"20260301\",valid-before=20260302 KEY x|a@example.org",
        "a@example.org valid-after=\"202603011200Z\" KEY|a@example.org", "a@example.org valid-after=202603011300 KEY|a@example.org", "KEY|''", "KEY comment|''",
        FINGERPRINT + "|''"})
    void whatCountsIsNamedAsItIsListed(String line, String principals) {
        assertThat(signer("# a comment", "", line.replace("KEY", KEY))).contains(new Signer(principals, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a namespaces=\"file\" KEY|other purposes than 'git'", "a valid-after=\"202603011201Z\" KEY|from 2026-03-01T12:01:00Z on",
        "a valid-after=202603011301 KEY|from 2026-03-01T12:01:00Z on", "a valid-before=\"20260301120000Z\" KEY|until 2026-03-01T12:00:00Z"})
    void aKeyThatIsListedForAnotherTimeOrPurposeDoesNotCount(String line, String why) {
        assertThat(signer(line.replace("KEY", KEY)).orElseThrow().refused().orElseThrow()).contains(why);
        assertThat(signer(line.replace("KEY", KEY), "b " + KEY)).contains(new Signer("b", Optional.empty()));
    }

    @Test
    void anotherKeyIsNobodys() {
        assertThat(signer("SHA256:" + "A".repeat(43))).isEmpty();
        assertThat(AllowedSigners.none().of(FINGERPRINT, "git", AT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a KEY2", "a cert-authority KEY", "a namespace=git KEY", "a valid-after=yesterday KEY", "a valid-after=20261301 KEY",
        "a valid-after=2026 KEY", "SHA256:short", "a ssh-ed25519 AAAA", "a ssh-dss AAAAB3NzaC1kc3M="})
    void whatIsNotUnderstoodIsNamedByItsPlace(String line) {
        assertThatThrownBy(() -> signer("# comment", line.replace("KEY2", "").replace("KEY", KEY)))
                .isInstanceOf(SshKeyException.class).hasMessageStartingWith("Signer 2: ");
    }
}
