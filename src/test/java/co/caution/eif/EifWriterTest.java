package co.caution.eif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EifWriterTest {

    private static final String EMPTY =
            "21b9efbc184807662e966d34f390821309eeac6802309798826296bf3e8bec7c10edb30948c90ba67310f7b964fc500a";

    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource({"one.eif,1", "two.eif,2"})
    void rebuilds_images_that_qemu_booted_byte_for_byte(String name, int ramdisks) throws Exception {
        Path parts = Vectors.folder().resolve("eif");
        Path out = temp.resolve(name);
        Measurements written = EifWriter.write(out, parts.resolve("kernel.bzImage"),
                Files.readString(parts.resolve("cmdline.txt")), Files.readAllBytes(parts.resolve("metadata.json")),
                List.of(parts.resolve("ramdisk0.cpio.gz"), parts.resolve("ramdisk1.cpio.gz")).subList(0, ramdisks));
        assertThat(Files.mismatch(out, parts.resolve(name))).isEqualTo(-1);
        JsonNode image = Vectors.image(name);
        assertThat(written).isEqualTo(new Measurements(image.get("pcr0").asString(), image.get("pcr1").asString(),
                image.get("pcr2").asString()));
        assertThat(Eif.read(out).measure()).isEqualTo(written);
    }

    @Test
    void one_ramdisk_leaves_pcr2_to_the_hash_of_nothing_and_pcr1_equal_to_pcr0() throws Exception {
        Measurements one = TestImage.write(temp.resolve("a.eif"), "kernel", "console=ttyS0", "ramdisk0");
        assertThat(one.pcr2()).isEqualTo(EMPTY);
        assertThat(one.pcr1()).isEqualTo(one.pcr0());
    }

    @Test
    void golden() throws Exception {
        Path out = temp.resolve("a.eif");
        Measurements two = TestImage.write(out, "kernel", "console=ttyS0", "ramdisk0", "ramdisk1", "ramdisk2");
        assertThat(two.pcr0()).isEqualTo(extend("kernelconsole=ttyS0ramdisk0ramdisk1ramdisk2"));
        assertThat(two.pcr1()).isEqualTo(extend("kernelconsole=ttyS0ramdisk0"));
        assertThat(two.pcr2()).isEqualTo(extend("ramdisk1ramdisk2"));
        assertThat(sha256(out)).isEqualTo("4e99d6c08c3288269301d0d0bf5f89b0e69ffbe1726ea0d2fad2d33cd45dedba");
    }

    @Test
    void each_input_moves_its_own_registers() throws Exception {
        Measurements base = TestImage.write(temp.resolve("a"), "kernel", "cmd", "boot", "app");
        Measurements kernel = TestImage.write(temp.resolve("b"), "kernel!", "cmd", "boot", "app");
        Measurements app = TestImage.write(temp.resolve("c"), "kernel", "cmd", "boot", "app!");
        assertThat(kernel.pcr0()).isNotEqualTo(base.pcr0());
        assertThat(kernel.pcr1()).isNotEqualTo(base.pcr1());
        assertThat(kernel.pcr2()).isEqualTo(base.pcr2());
        assertThat(app.pcr0()).isNotEqualTo(base.pcr0());
        assertThat(app.pcr1()).isEqualTo(base.pcr1());
        assertThat(app.pcr2()).isNotEqualTo(base.pcr2());
    }

    @Test
    void contents_larger_than_the_buffer_are_measured_the_same() throws Exception {
        String large = "x".repeat(3_000_001);
        Measurements written = TestImage.write(temp.resolve("a"), large, "cmd", large, large);
        assertThat(written.pcr0()).isEqualTo(extend(large + "cmd" + large + large));
        assertThat(written.pcr2()).isEqualTo(extend(large));
        assertThat(Eif.read(temp.resolve("a")).measure()).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\n", "a\0", "ä"})
    void a_command_line_that_would_be_measured_otherwise_than_it_looks_is_refused(String cmdline) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestImage.write(temp.resolve("a"), "kernel", cmdline, "boot"))
                .withMessageContaining("command line");
    }

    @Test
    void no_ramdisk_and_thirty_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> TestImage.write(temp.resolve("a"), "kernel", "cmd"));
        String[] many = new String[30];
        Arrays.fill(many, "x");
        assertThatIllegalArgumentException().isThrownBy(() -> TestImage.write(temp.resolve("a"), "kernel", "cmd", many));
    }

    @Test
    void a_plain_archive_where_the_kernel_would_not_find_it_is_refused() {
        assertThatThrownBy(() -> TestImage.write(temp.resolve("a"), "kernel", "cmd", "gz", "070701plain"))
                .isInstanceOf(IOException.class).hasMessageContaining("multiple of 4");
    }

    @Test
    void a_failed_write_leaves_nothing_behind() throws IOException {
        Path kernel = Files.writeString(temp.resolve("kernel"), "k");
        Path missing = temp.resolve("missing");
        assertThatThrownBy(() -> EifWriter.write(temp.resolve("out"), kernel, "cmd",
                EifMetadata.json("a", "1", "6"), List.of(missing))).isInstanceOf(IOException.class);
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @Test
    void inputs_are_files_whose_size_stays() throws IOException {
        Path kernel = Files.writeString(temp.resolve("kernel"), "k".repeat(400_000));
        byte[] metadata = EifMetadata.json("a", "1", "6");
        assertThatThrownBy(() -> EifWriter.write(temp.resolve("out"), kernel, "cmd", metadata, List.of(temp)))
                .isInstanceOf(IOException.class).hasMessageContaining("is not a file");
        for (long size : new long[] {300_000, 500_000}) {
            Files.writeString(kernel, "k".repeat(400_000));
            assertThatThrownBy(() -> EifWriter.write(temp.resolve("out"), kernel, "cmd", metadata, List.of(kernel),
                    done -> resize(kernel, size)))
                    .isInstanceOf(IOException.class).hasMessageContaining(size < 400_000 ? "shrank by" : "grew");
        }
        try (var files = Files.list(temp)) {
            assertThat(files).containsExactly(kernel);
        }
    }

    private static void resize(Path file, long size) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
            channel.write(ByteBuffer.allocate(1), size - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void an_image_is_replaced_whole_and_through_its_name() throws IOException {
        Path real = Files.writeString(temp.resolve("real"), "old");
        Path link = Files.createSymbolicLink(temp.resolve("link"), real);
        TestImage.write(link, "kernel", "cmd", "boot");
        assertThat(link).isSymbolicLink();
        assertThat(Eif.read(real).cmdline()).isEqualTo("cmd");
        assertThatThrownBy(() -> TestImage.write(temp, "kernel", "cmd", "boot")).hasMessageContaining("not replaced");
    }

    @Test
    void the_time_in_the_metadata_is_given() {
        assertThat(new String(EifMetadata.json("a", "1", "6", Instant.ofEpochSecond(1_700_000_000)), StandardCharsets.UTF_8))
                .contains("\"BuildTime\":\"2023-11-14T22:13:20+00:00\"");
    }

    @Test
    void metadata_is_a_json_object_of_bounded_size() throws IOException {
        Path part = Files.writeString(temp.resolve("part"), "x");
        byte[] large = ("{\"a\":\"" + "x".repeat(1 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
        for (byte[] metadata : List.of(new byte[0], large)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EifWriter.write(temp.resolve("out"), part, "cmd", metadata, List.of(part)))
                    .withMessageContaining("JSON object");
        }
    }

    @Test
    void a_command_line_has_a_limit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestImage.write(temp.resolve("a"), "kernel", "x".repeat(4097), "boot"));
    }

    @Test
    void registers_are_lower_case_hex() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Measurements(EMPTY, EMPTY, EMPTY.toUpperCase()))
                .withMessageContaining("PCR2");
        assertThat(new Measurements(EMPTY, EMPTY, EMPTY).list()).containsExactly(EMPTY, EMPTY, EMPTY);
        assertThat(new Measurements(EMPTY, EMPTY, EMPTY).map()).containsOnlyKeys(0, 1, 2);
    }

    @Test
    void metadata_has_the_keys_in_the_order_of_eif_build() {
        assertThat(new String(EifMetadata.json("app \"é\\\n", "1", "6.12"), StandardCharsets.UTF_8)).isEqualTo(
                "{\"ImageName\":\"app \\\"é\\\\\\u000a\",\"ImageVersion\":\"1\",\"BuildMetadata\":{\"BuildTime\":"
                        + "\"1970-01-01T00:00:00+00:00\",\"BuildTool\":\"caution\",\"BuildToolVersion\":\"1\","
                        + "\"OperatingSystem\":\"Linux\",\"KernelVersion\":\"6.12\"},\"DockerInfo\":null,"
                        + "\"CustomMetadata\":null}");
    }

    private static String extend(String content) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-384");
        byte[] inner = sha.digest(content.getBytes(StandardCharsets.UTF_8));
        sha.update(new byte[48]);
        return HexFormat.of().formatHex(sha.digest(inner));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
