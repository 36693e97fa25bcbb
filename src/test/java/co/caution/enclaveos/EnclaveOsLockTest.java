package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.packages.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnclaveOsLockTest {

    private static final EnclaveOsLock LOCK = TestLocks.lock();

    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        EnclaveOsLock read = EnclaveOsLock.parse("lock", LOCK.format());
        assertThat(read).isEqualTo(LOCK);
        assertThat(read.digest()).isEqualTo(Sha256.of(Files.writeString(directory.resolve("f"), LOCK.format())));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "recipe 2                | recipe two                   | number of a recipe",
        "recipe 2                | recipe 02                    | number of a recipe",
        "package binutils 2.40-2 | package binutils             | name version architecture sha256",
        "package binutils 2.40-2 | package gcc 2.40-2           | listed twice",
        "package binutils 2.40-2 | package zlib1g 2.40-2        | not in its place by name",
        "package binutils        | package http://mirror/bin    | name version architecture sha256",
        "binutils 2.40-2         | binutils 2.40-2@mirror:8080  | name version architecture sha256",
        "amd64 111               | arm64 111                    | not amd64",
        "amd64 111               | amd64 11G                    | name version architecture sha256",
        "amd64 111               | amd64 11                     | name version architecture sha256",
        "linux-amd64 333         | linux-arm64 333              | not linux-amd64",
        "go go1.26.8             | go https://go                | a version of Go",
        "source host             | source hast                  | the source host belongs here",
        "console=ttyS0           | console=ttyS0;reboot         | kernel command line",
        "output init             | output 1nit                  | the output init belongs here",
        "pcr1 777                | pcr1 77                      | 96 digits",
        "caution enclaveos lock 1| caution enclaveos lock 2     | not an EnclaveOS lock of format 1",
    })
    void aLineThatIsNotAsItShouldBeIsNamed(String what, String by, String why) {
        String text = LOCK.format();
        assertThat(text).contains(what);
        String changed = text.replaceFirst(java.util.regex.Pattern.quote(what), java.util.regex.Matcher.quoteReplacement(by));
        assertThatThrownBy(() -> EnclaveOsLock.parse("my.lock", changed))
                .isInstanceOf(EnclaveOsLockException.class)
                .hasMessageContaining("my.lock")
                .hasMessageContaining(why);
    }

    @Test
    void aLockInOtherWordsIsRefusedBecauseItsDigestWouldBeAnother() {
        for (String changed : new String[] {
            LOCK.format() + "\n", LOCK.format().replace("\n", "\r\n"), LOCK.format().stripTrailing(),
            LOCK.format() + "server mirror.example\n", LOCK.format().replace("recipe 2\n", "# a mirror\nrecipe 2\n")}) {
            assertThatThrownBy(() -> EnclaveOsLock.parse("my.lock", changed)).isInstanceOf(EnclaveOsLockException.class);
        }
    }

    @Test
    void aLineThatIsMissingIsRefused() {
        for (String line : LOCK.format().lines().filter(line -> !line.startsWith("package")).toList()) {
            assertThatThrownBy(() -> EnclaveOsLock.parse("my.lock", LOCK.format().replace(line + "\n", "")))
                    .as(line)
                    .isInstanceOf(EnclaveOsLockException.class);
        }
    }

    @Test
    void aLockIsKnownByItsDigestAndItsPcr1AndOnlyWhereItWasNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("my.lock"), LOCK.format());
        assertThat(KnownLocks.of().byPcr1(LOCK.pcr1())).isEmpty();
        KnownLocks known = KnownLocks.of().withFile(file);
        assertThat(known.byPcr1(LOCK.pcr1())).contains(LOCK);
        assertThat(known.byDigest(LOCK.digest())).contains(LOCK);
        assertThat(known.byDigest("0".repeat(64))).isEmpty();
    }

    @Test
    void whatThisUserBuiltIsKnownToThem() throws Exception {
        Path release = Files.createDirectories(directory.resolve("release/abc"));
        Files.writeString(release.resolve(EnclaveOsLock.FILE), LOCK.format());
        Files.createDirectories(directory.resolve("release/of-an-older-program"));
        assertThat(KnownLocks.of().withBuiltIn(directory).all()).containsExactly(LOCK);
        assertThat(KnownLocks.of().withBuiltIn(directory.resolve("nothing")).all()).isEmpty();
    }
}
