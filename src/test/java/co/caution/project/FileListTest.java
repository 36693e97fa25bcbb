package co.caution.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.project.FileList.Entry;
import co.caution.project.FileList.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileListTest {

    private static final String HASH = "0a".repeat(32);
    private static final String GOLDEN = """
            caution files 1
            d 0755 0 0 0 - /
            f 4755 1000 4294967294 7 %s /a\\x20b\\x0ac\\x1b[31m\\x5c\\xc3\\xbc
            h 4755 1000 4294967294 7 /a\\x20b\\x0ac\\x1b[31m\\x5c\\xc3\\xbc /b
            l 0777 0 0 3 \\x0a/- /c
            """.formatted(HASH);
    private static final String HOSTILE = "/a b\nc\u001b[31m\\ü";

    private static final FileList LIST = new FileList(List.of(
            new Entry(Type.DIRECTORY, 0755, 0, 0, 0, "-", "/"),
            new Entry(Type.FILE, 04755, 1000, 4_294_967_294L, 7, HASH, HOSTILE),
            new Entry(Type.HARD_LINK, 04755, 1000, 4_294_967_294L, 7, HOSTILE, "/b"),
            new Entry(Type.SYMLINK, 0777, 0, 0, 3, "\n/-", "/c")));

    @Test
    void itsBytesAreFixed() {
        assertThat(new String(LIST.toBytes(), StandardCharsets.US_ASCII)).isEqualTo(GOLDEN);
    }

    @Test
    void itReadsBackWhatItWrote() throws Exception {
        assertThat(FileList.parse(LIST.toBytes())).isEqualTo(LIST);
    }

    @Test
    void namesAreOrderedByTheirBytes() {
        assertThat(FileList.BY_BYTES.compare("/\uffee", "/\ud83d\ude00")).isNegative();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "caution files 1 ~ caution files 2 ~ not of version 1",
        "d 0755 ~ x 0755 ~ a line that is none",
        "d 0755 ~ d 0955 ~ a line that is none",
        "d 0755 ~ d 755 ~ one form",
        "0 0 0 - / ~ 0 0 0 -  / ~ a line that is none",
        "\\x0a/- ~ \\x0A/- ~ one form",
        "\\x0a/- ~ \\x61/- ~ one form",
        "\\x0a/- ~ \\xff/- ~ a line that is none",
        "\\x0a/- ~ \\x0 ~ a line that is none",
        "- /c ~ - /a ~ not in order",
        "- /c ~ - /b ~ not in order",
        "l 0777 0 0 3 ~ l 0777 0 -0 3 ~ one form",
        "l 0777 ~ l 0777 0 ~ a line that is none",
    })
    void anythingElseIsRefused(String from, String to, String message) {
        assertThat(GOLDEN).contains(from);
        byte[] changed = GOLDEN.replace(from, to).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> FileList.parse(changed)).isInstanceOf(ManifestException.class).hasMessageContaining(message);
    }

    @Test
    void aNewlineThatIsMissingAtTheEndIsRefused() {
        assertThatThrownBy(() -> FileList.parse(GOLDEN.strip().getBytes(StandardCharsets.US_ASCII))).hasMessageContaining("one form");
    }
}
