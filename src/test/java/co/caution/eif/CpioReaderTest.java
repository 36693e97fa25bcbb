package co.caution.eif;

import static co.caution.eif.CpioArchiveTest.bytes;
import static co.caution.eif.CpioArchiveTest.names;
import static co.caution.eif.CpioArchiveTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpioReaderTest {

    private final byte[] archive;

    CpioReaderTest() throws IOException {
        archive = write(List.of(CpioEntry.file("ab", 0644, 0, 0, bytes("data!"))));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'x', magic", "5, '2', magic", "13, 'x', hex digit", "14, 'FFFF0000', unknown bits", "54, '00001000', ends inside",
        "94, '00000001', 2 to 4096", "94, 'FFFFFFFF', 2 to 4096", "102, '00000001', checksum", "110, '\0', first NUL",
        "112, 'c', first NUL", "113, 'c', padding is not zero", "121, 'x', padding is not zero"})
    void what_breaks_the_format_is_refused(int at, String text, String why) {
        byte[] broken = archive.clone();
        System.arraycopy(bytes(text), 0, broken, at, text.length());
        assertThatExceptionOfType(InvalidCpioException.class).isThrownBy(() -> names(broken)).withMessageContaining(why);
    }

    @Test
    void every_truncation_before_the_final_padding_is_refused() throws IOException {
        int trailerEnd = 110 + 4 - 2 + 8 + 2 + 110 + 11 + 3;
        for (int length = 0; length < trailerEnd - 3; length++) {
            byte[] cut = Arrays.copyOf(archive, length);
            assertThatExceptionOfType(InvalidCpioException.class).as("%d bytes", length).isThrownBy(() -> names(cut));
        }
    }

    @Test
    void what_follows_the_trailer_is_refused() {
        byte[] longer = Arrays.copyOf(archive, archive.length + 1);
        longer[archive.length] = 1;
        assertThatExceptionOfType(InvalidCpioException.class).isThrownBy(() -> names(longer))
                .withMessageContaining("follows the trailer");
    }

    @Test
    void data_can_be_read_one_byte_at_a_time() throws IOException {
        CpioReader reader = new CpioReader(new ByteArrayInputStream(archive));
        reader.next();
        assertThat(reader.data().read()).isEqualTo('d');
        assertThat(reader.data().readAllBytes()).isEqualTo(bytes("ata!"));
        assertThat(reader.data().read()).isEqualTo(-1);
    }

    @Test
    void archives_of_others_are_read() throws IOException {
        Path ramdisk = Vectors.folder().resolve("eif/ramdisk1.cpio.gz");
        byte[] plain = new GZIPInputStream(Files.newInputStream(ramdisk)).readAllBytes();
        assertThat(names(plain)).isNotEmpty();
    }
}
