package co.caution.eif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import co.caution.eif.Section.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EifTest {

    @TempDir
    Path temp;

    private byte[] image;

    @BeforeEach
    void an_image() throws IOException {
        Path file = temp.resolve("image");
        TestImage.write(file, "kernel", "cmd", "boot", "app");
        image = Files.readAllBytes(file);
    }

    @Test
    void a_signed_image_is_measured_as_the_unsigned_one() throws Exception {
        Path folder = Vectors.folder().resolve("eif");
        Eif signed = Eif.read(folder.resolve("sig.eif"));
        assertThat(signed.measure()).isEqualTo(Eif.read(folder.resolve("two.eif")).measure());
        assertThat(signed.pcr8()).contains("d06c1030526cc987cc32963e88e6cba1fd3926d0f588e8761cea5ddaba782293"
                + "90c2e1b617ff3eee541454ba79a3a178");
        assertThat(Eif.read(folder.resolve("two.eif")).pcr8()).isEmpty();
        assertThat(signed.sections()).extracting(Section::type).containsExactly(
                Type.KERNEL, Type.CMDLINE, Type.METADATA, Type.RAMDISK, Type.RAMDISK, Type.SIGNATURE);
        assertThat(signed.cmdline()).isEqualTo(Files.readString(folder.resolve("cmdline.txt")));
        assertThat(signed.metadata()).isEqualTo(Files.readAllBytes(folder.resolve("metadata.json")));
        Path kernel = temp.resolve("kernel");
        signed.extract(signed.sections().getFirst(), kernel);
        assertThat(Files.mismatch(kernel, folder.resolve("kernel.bzImage"))).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"one.eif", "two.eif", "sig.eif"})
    void images_that_qemu_booted_are_read_as_qemu_read_them(String name) throws Exception {
        Path folder = Vectors.folder().resolve("eif");
        Eif eif = Eif.read(folder.resolve(name));
        JsonNode known = Vectors.image(name);
        assertThat(eif.measure().list()).containsExactly(
                known.get("pcr0").asString(), known.get("pcr1").asString(), known.get("pcr2").asString());
        assertThat(eif.pcr8()).isEqualTo(known.get("pcr8").isNull() ? Optional.empty() : Optional.of(known.get("pcr8").asString()));
        assertThat(eif.size()).isEqualTo(known.get("bytes").asLong());
        assertThat("%08x".formatted(eif.crc())).isEqualTo(known.get("crc32").asString());
        for (int i = 0; i < eif.sections().size(); i++) {
            Section section = eif.sections().get(i);
            JsonNode expected = known.get("sections").get(i);
            assertThat(section.type().number).isEqualTo(expected.get("type").asInt());
            assertThat(section.offset()).isEqualTo(expected.get("offset").asLong());
            assertThat(section.size()).isEqualTo(expected.get("size").asLong());
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            eif.extract(section, data);
            assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data.toByteArray())))
                    .isEqualTo(expected.get("sha256").asString());
        }
    }

    /** The same from an image of our own, for where those are not at hand: the register from openssl. */
    @Test
    void a_signed_image_names_its_signer() throws Exception {
        byte[] signed = Objects.requireNonNull(getClass().getResourceAsStream("EifFuzzTestInputs/an_image_is_read_or_refused/signed.eif"))
                .readAllBytes();
        assertThat(read(signed).pcr8()).contains("b6e13ca06c640c7e50270d8a0252243d742bdbbdbe673d63b63ad77113b86e4ead2955026e6561f3fa032aaeeb70d0b6");
    }

    @Test
    void sections_can_be_taken_out() throws Exception {
        Eif eif = Eif.read(temp.resolve("image"));
        ByteArrayOutputStream app = new ByteArrayOutputStream();
        eif.extract(eif.sections().getLast(), app);
        assertThat(app.toString(StandardCharsets.UTF_8)).isEqualTo("app");
        assertThat(eif.cmdline()).isEqualTo("cmd");
        assertThat(eif.aarch64()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> eif.extract(new Section(Type.KERNEL, 0, 9), app));
    }

    @Test
    void an_image_that_changed_after_it_was_read_is_not_taken_apart() throws Exception {
        Eif eif = Eif.read(temp.resolve("image"));
        Files.write(temp.resolve("image"), Arrays.copyOf(image, image.length - 1));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> eif.extract(eif.sections().getLast(), new ByteArrayOutputStream()))
                .withMessageContaining("changed");
    }

    @Test
    void aarch64_is_told_from_the_flags() throws Exception {
        assertThat(read(mutate(b -> b.put(7, (byte) 1))).aarch64()).isTrue();
    }

    /** Registers take section data in file order, wherever the command line is. */
    @Test
    void a_command_line_behind_the_ramdisks_is_measured_in_file_order() throws Exception {
        byte[] metadata = EifMetadata.json("test", "1", "6.12");
        Eif eif = read(build(new Type[] {Type.KERNEL, Type.METADATA, Type.RAMDISK, Type.RAMDISK, Type.CMDLINE},
                "k".getBytes(), metadata, "boot".getBytes(), "app".getBytes(), "cmd".getBytes()));
        assertThat(eif.measure().pcr0()).isEqualTo(register("kbootappcmd"));
        assertThat(eif.measure().pcr1()).isEqualTo(register("kbootcmd"));
        assertThat(eif.measure().pcr2()).isEqualTo(register("app"));
    }

    static Stream<Arguments> broken() {
        int kernel = 548;
        int cmdline = kernel + 12 + 6;
        int metadata = cmdline + 12 + 3;
        return Stream.of(
                broken("magic", 0, b -> b.put(0, (byte) '!')),
                broken("version", 4, b -> b.putShort(4, (short) 3)),
                broken("flags", 6, b -> b.putShort(6, (short) 2)),
                broken("reserved", 0x18, b -> b.putShort(0x18, (short) 1)),
                broken("3 to 32", 0x1a, b -> b.putShort(0x1a, (short) 2)),
                broken("3 to 32", 0x1a, b -> b.putShort(0x1a, (short) 33)),
                broken("ends with its last section", 0, b -> b.putShort(0x1a, (short) 4)
                        .putLong(0x1c + 32, 0).putLong(0x11c + 32, 0)),
                broken("unused offsets", 0x1c + 40, b -> b.putLong(0x1c + 40, 1)),
                broken("unused sizes", 0x11c + 40, b -> b.putLong(0x11c + 40, 1)),
                broken("unused field", 0x21c, b -> b.put(0x21f, (byte) 1)),
                broken("where the one before it ends", 0x1c, b -> b.putLong(0x1c, 549)),
                broken("where the one before it ends", 0x1c + 8, b -> b.putLong(0x1c + 8, 548)),
                broken("lies inside the file", 0x11c, b -> b.putLong(0x11c, 1L << 30)),
                broken("lies inside the file", 0x11c, b -> b.putLong(0x11c, -1)),
                broken("lies inside the file", 0x11c, b -> b.putLong(0x11c, Long.MAX_VALUE)),
                broken("type is 1 to 5", kernel, b -> b.putShort(kernel, (short) 0)),
                broken("type is 1 to 5", kernel, b -> b.putShort(kernel, (short) 6)),
                broken("section flags", kernel + 2, b -> b.putShort(kernel + 2, (short) 1)),
                broken("the size is the header's", kernel + 4, b -> b.putLong(kernel + 4, 7)),
                broken("one KERNEL", cmdline, b -> b.putShort(cmdline, (short) 1)),
                broken("after the kernel", kernel, b -> b.putShort(kernel, (short) 3)),
                broken("no NUL", cmdline + 13, b -> b.put(cmdline + 13, (byte) 0)),
                broken("JSON object", metadata + 12, b -> b.put(metadata + 12, (byte) '['))
        );
    }

    private static Arguments broken(String rule, int offset, Consumer<ByteBuffer> change) {
        return Arguments.of(rule, offset, change);
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("broken")
    void each_rule_is_named_with_its_offset(String rule, int offset, Consumer<ByteBuffer> change) {
        assertThatExceptionOfType(InvalidEifException.class).isThrownBy(() -> read(mutate(change)))
                .satisfies(e -> assertThat(e.rule()).contains(rule))
                .satisfies(e -> assertThat(offset == 0 || e.offset() == offset).as(e.getMessage()).isTrue())
                .withMessageContaining("0x");
    }

    @Test
    void kernel_command_line_metadata_and_a_ramdisk_are_needed() {
        byte[] json = "{}".getBytes();
        assertRefused("METADATA", build(new Type[] {Type.KERNEL, Type.CMDLINE, Type.RAMDISK}, json, json, json));
        assertRefused("RAMDISK", build(new Type[] {Type.KERNEL, Type.CMDLINE, Type.METADATA}, json, json, json));
        assertRefused("CMDLINE", build(new Type[] {Type.KERNEL, Type.METADATA, Type.RAMDISK}, json, json, json));
        assertRefused("after the kernel", build(new Type[] {Type.CMDLINE, Type.METADATA, Type.RAMDISK}, json, json, json));
    }

    @Test
    void a_signature_section_has_a_limit() {
        byte[] json = "{}".getBytes();
        assertRefused("at most 32768", build(new Type[] {Type.KERNEL, Type.CMDLINE, Type.METADATA, Type.SIGNATURE},
                json, json, json, new byte[32_769]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "a0", "8180", "81a0", "81a1", "81a26161", "81a26178", "f6", "9bffffffffffffffff", "99ffff",
        "81a2737369676e696e675f636572746966696361746580", "81a2737369676e696e675f6365727469666963617465811901ff",
        "81a2737369676e696e675f6365727469666963617465806a7369676e6174757265",
        "81a2737369676e696e675f636572746966696361746580697369676e617475726580",
        "81a2737369676e696e675f63657274696669636174658101697369676e617475726580",
        "81a2737369676e696e675f63657274696669636174658101697369676e61747572658000"})
    void a_signature_section_is_certificates_and_signatures(String hex) {
        byte[] json = "{}".getBytes();
        assertRefused("signature section", build(
                new Type[] {Type.KERNEL, Type.CMDLINE, Type.METADATA, Type.RAMDISK, Type.SIGNATURE},
                json, json, json, json, HexFormat.of().parseHex(hex)));
    }

    @Test
    void a_wrong_crc_is_refused() {
        image[0x223] ^= 1;
        assertRefused("CRC-32", image);
    }

    @Test
    void every_flipped_bit_is_refused() throws IOException {
        for (int bit = 0; bit < image.length * 8; bit++) {
            byte[] flipped = image.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused("", flipped);
        }
    }

    @Test
    void every_truncation_and_every_trailing_byte_is_refused() {
        for (int length = 0; length < image.length; length++) {
            assertRefused("", Arrays.copyOf(image, length));
        }
        assertRefused("ends with its last section", Arrays.copyOf(image, image.length + 1));
    }

    private void assertRefused(String rule, byte[] bytes) {
        assertThatExceptionOfType(InvalidEifException.class).isThrownBy(() -> read(bytes)).withMessageContaining(rule);
    }

    private Eif read(byte[] bytes) throws IOException {
        return Eif.read(Files.write(temp.resolve("read"), bytes));
    }

    /** The image with a change and a CRC that fits it, so that only the rule can refuse it. */
    private byte[] mutate(Consumer<ByteBuffer> change) {
        byte[] copy = image.clone();
        change.accept(ByteBuffer.wrap(copy));
        return sum(copy);
    }

    static byte[] sum(byte[] file) {
        CRC32 crc = new CRC32();
        crc.update(file, 0, 0x220);
        crc.update(file, 548, file.length - 548);
        ByteBuffer.wrap(file).putInt(0x220, (int) crc.getValue());
        return file;
    }

    private static byte[] build(Type[] types, byte[]... data) {
        int size = 548 + Arrays.stream(data).mapToInt(d -> d.length + 12).sum();
        ByteBuffer file = ByteBuffer.allocate(size);
        file.putInt(0x2e656966).putShort((short) 4).putShort(0x1a, (short) types.length);
        file.position(548);
        for (int i = 0; i < types.length; i++) {
            file.putLong(0x1c + 8 * i, file.position()).putLong(0x11c + 8 * i, data[i].length);
            file.putShort((short) types[i].number).putShort((short) 0).putLong(data[i].length).put(data[i]);
        }
        return sum(file.array());
    }

    private static String register(String content) {
        return Registers.extend(Registers.sha384().digest(content.getBytes(StandardCharsets.UTF_8)));
    }
}
