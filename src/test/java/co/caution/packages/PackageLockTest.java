package co.caution.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackageLockTest {

    private static final String SHA = "ab".repeat(32);

    private static PackageLock parse(String lines) throws PackageException {
        return PackageLock.parse("packages/x.lock", PackageLock.HEADER + "\n" + lines);
    }

    @Test
    void packagesAreReadAndCommentsAreNot() throws Exception {
        PackageLock lock = parse("# more\n\nlibc6 2.36-9+deb12u14 amd64 " + SHA + "\nzlib1g 1:1.2~x amd64 " + SHA + "\n");

        assertThat(lock.entries()).extracting(DebianPackage::name).containsExactly("libc6", "zlib1g");
        assertThat(lock.digest()).isEqualTo(parse("libc6 2.36-9+deb12u14 amd64 " + SHA + "\nzlib1g 1:1.2~x amd64 " + SHA).digest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "libc6 1 amd64", "-o 1 amd64 SHA", "libc6 $(x) amd64 SHA", "libc6 1 amd64 sha",
            "../x 1 amd64 SHA", "a1 1 amd64 SHA\na1 2 amd64 SHA"})
    void anythingElseIsRefusedWithItsLine(String lines) {
        assertThatThrownBy(() -> parse(lines.replace("SHA", SHA)))
                .isInstanceOf(PackageException.class)
                .hasMessageStartingWith("packages/x.lock line ");
    }

    @Test
    void aFileOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> PackageLock.parse("x", "libc6 1 amd64 " + SHA))
                .isInstanceOf(PackageException.class)
                .hasMessageContaining("caution packages lock");
    }
}
