package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EifCommandTest {

    @TempDir
    Path temp;

    private Person person;
    private Path kernel;
    private Path boot;
    private Path app;
    private Path image;

    @BeforeEach
    void parts() throws IOException {
        person = new Person(temp.resolve("home"), "http://localhost:1");
        kernel = Files.writeString(temp.resolve("kernel"), "kernel");
        boot = Files.writeString(temp.resolve("boot"), "boot");
        app = Files.writeString(temp.resolve("app"), "app");
        image = temp.resolve("image.eif");
    }

    @Test
    void anImageIsBuiltDescribedAndComparedWithItself() throws IOException {
        Path pcrs = temp.resolve("pcrs.json");
        Said built = build("--pcrs", pcrs.toString());
        assertThat(built.exitCode()).as(built.all()).isZero();
        assertThat(built.out().lines()).hasSize(3).allMatch(line -> line.matches("PCR[0-2]: [0-9a-f]{96}"));
        assertThat(pcrs).content().contains("\"pcr0\"");

        Said described = person.caution("eif", "describe", image.toString());
        assertThat(described.out()).contains(built.out()).contains("Command line: quiet").contains("unverified").contains("ramdisk   at 0x");
        assertThat(described.out()).doesNotContain("PCR8");
        JsonNode json = person.caution("eif", "describe", image.toString(), "--json").json();
        assertThat(built.out()).contains("PCR2: " + json.path("pcr2").asString());
        assertThat(json.path("sections")).hasSize(5);
        assertThat(json.at("/metadata_unverified/BuildMetadata/BuildTime").asString()).isEqualTo("1970-01-01T00:00:00+00:00");

        Said same = person.caution("eif", "diff", image.toString(), image.toString());
        assertThat(same.exitCode()).isZero();
        assertThat(same.out()).isEqualTo("The files are equal.\n");
    }

    @Test
    void theOnlyTimeInAnImageIsSourceDateEpoch() {
        person.environment.put("SOURCE_DATE_EPOCH", "1700000000");
        assertThat(build("--json").json().path("eif_size").asLong()).isEqualTo(image.toFile().length());
        assertThat(person.caution("eif", "describe", image.toString()).out()).contains("2023-11-14T22:13:20+00:00");
        for (String wrong : List.of("now", "-1", "253402300800")) {
            person.environment.put("SOURCE_DATE_EPOCH", wrong);
            assertThat(build().exitCode()).isEqualTo(Errors.USAGE);
        }
    }

    @Test
    void theCommandLineMayComeFromAFileWhoseLastNewlineIsNotMeasured() throws IOException {
        build();
        byte[] typed = Files.readAllBytes(image);
        Path file = Files.writeString(temp.resolve("cmdline"), "quiet\n");
        Said said = person.caution("eif", "build", "--kernel", kernel.toString(), "--cmdline", "@" + file, "--ramdisk", boot.toString(),
                app.toString(), "--output", image.toString());
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(image).hasBinaryContent(typed);
    }

    @Test
    void aDifferenceIsShownToPeopleAndMachines() throws IOException {
        build();
        Path other = temp.resolve("other.eif");
        Files.writeString(app, "\u001b[31mapp");
        person.caution("eif", "build", "--kernel", kernel.toString(), "--cmdline", "quiet \u001b[2Jpanic", "--ramdisk", boot.toString(),
                app.toString(), "--output", other.toString());
        assertThat(other).as("a command line of control characters is refused").doesNotExist();
        person.caution("eif", "build", "--kernel", kernel.toString(), "--cmdline", "quiet panic=1", "--ramdisk", boot.toString(),
                app.toString(), "--output", other.toString());
        Said said = person.caution("eif", "diff", image.toString(), other.toString());
        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.out()).contains("PCR0 differs", "PCR1 differs", "PCR2 differs", "cmdline: moves PCR0, PCR1, 5 and 13 bytes",
                "word + panic=1", "ramdisk1: moves PCR0, PCR2", "compared as bytes", "first difference at byte 0 (0x0)").doesNotContain("\u001b");
        Said json = person.caution("eif", "diff", image.toString(), other.toString(), "--json");
        assertThat(json.exitCode()).isEqualTo(2);
        assertThat(json.json().path("same").asBoolean()).isFalse();
        assertThat(json.json().at("/registers/pcr1/differs").asBoolean()).isTrue();
        assertThat(json.json().at("/parts/0/changes/0/b").asString()).isEqualTo("panic=1");
        assertThat(json.json().at("/parts/1/first_difference/offset").asInt(-1)).isZero();
        assertThat(json.json().at("/parts/1/entries").isMissingNode()).isTrue();
    }

    @Test
    void anImageIsTakenApart() {
        build();
        Path out = temp.resolve("out");
        assertThat(person.caution("eif", "extract", image.toString(), out.toString()).out()).isEqualTo("Extracted to " + out + "\n");
        assertThat(out.resolve("ramdisk-1.cpio")).hasContent("app");
        Said again = person.caution("eif", "extract", image.toString(), out.toString());
        assertThat(again.exitCode()).isEqualTo(Errors.OTHER);
        assertThat(again.err()).contains("not empty");
        assertThat(person.caution("eif", "extract", image.toString(), app.toString()).err()).contains("app is there already");
        Said unpacked = person.caution("eif", "extract", "--unpack", image.toString(), temp.resolve("tree").toString());
        assertThat(unpacked.exitCode()).isEqualTo(Errors.OTHER);
        assertThat(unpacked.err()).contains("ramdisk-0: cpio offset 4: the archive ends inside a header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"describe", "diff", "extract"})
    void whatCannotBeReadIsSaidInOneLine(String command) throws IOException {
        Path missing = temp.resolve("missing");
        Path text = Files.writeString(temp.resolve("text"), "text");
        for (Path file : List.of(missing, text, temp)) {
            List<String> arguments = new ArrayList<>(List.of("eif", command, file.toString()));
            if (!command.equals("describe")) {
                arguments.add(temp.resolve("second").toString());
            }
            Said said = person.caution(arguments.toArray(String[]::new));
            assertThat(said.exitCode()).isEqualTo(Errors.OTHER);
            assertThat(said.err().lines()).as(said.err()).hasSize(1);
            assertThat(said.err()).contains(file.toString())
                    .containsAnyOf("There is no file", "EIF offset 0x4: a header has 548 bytes; found a file of 4", "is not a file");
        }
        assertThat(temp.resolve("second")).doesNotExist();
    }

    @Test
    void badInputToABuildIsSaidInOneLineAndLeavesTheOldImage() throws IOException {
        Files.writeString(image, "precious");
        Path large = temp.resolve("large");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength((1 << 20) + 1);
        }
        refused("There is no file", "--kernel", temp.resolve("missing").toString(), "--cmdline", "c", "--ramdisk", app.toString());
        refused("is not a file", "--kernel", temp.toString(), "--cmdline", "c", "--ramdisk", app.toString());
        refused("more than 1 MiB", "--kernel", kernel.toString(), "--cmdline", "@" + large, "--ramdisk", app.toString());
        refused("more than 1 MiB", "--kernel", kernel.toString(), "--cmdline", "c", "--ramdisk", app.toString(), "--metadata", large.toString());
        refused("JSON object", "--kernel", kernel.toString(), "--cmdline", "c", "--ramdisk", app.toString(), "--metadata", app.toString());
        refused("the command line is 1 to 4096", "--kernel", kernel.toString(), "--cmdline", "a\nb", "--ramdisk", app.toString());
        assertThat(image).hasContent("precious");
        Said self = person.caution("eif", "build", "--kernel", kernel.toString(), "--cmdline", "c", "--ramdisk", app.toString(),
                "--output", app.toString());
        assertThat(self.exitCode()).isEqualTo(Errors.USAGE);
        assertThat(build("--pcrs", image.toString()).exitCode()).isEqualTo(Errors.USAGE);
        assertThat(build("--pcrs", kernel.toString()).exitCode()).isEqualTo(Errors.USAGE);
        assertThat(image).hasContent("precious");
        image = temp.resolve("nowhere").resolve("image.eif");
        refused("is not a directory", "--kernel", kernel.toString(), "--cmdline", "c", "--ramdisk", app.toString());
        assertThat(app).hasContent("app");
        Said device = person.caution("eif", "build", "--kernel", kernel.toString(), "--cmdline", "c", "--ramdisk", app.toString(),
                "--output", "/dev/null");
        assertThat(device.err()).contains("is not a file, and is not replaced by one");
        assertThat(Path.of("/dev/null")).matches(f -> !Files.isRegularFile(f));
    }

    private void refused(String why, String... arguments) {
        List<String> all = new ArrayList<>(List.of("eif", "build", "--output", image.toString()));
        all.addAll(List.of(arguments));
        Said said = person.caution(all.toArray(String[]::new));
        assertThat(said.exitCode()).isEqualTo(Errors.OTHER);
        assertThat(said.err().lines()).as(said.err()).hasSize(1);
        assertThat(said.err()).contains(why);
    }

    private Said build(String... more) {
        List<String> arguments = new ArrayList<>(List.of("eif", "build", "--kernel", kernel.toString(), "--cmdline", "quiet", "--ramdisk",
                boot.toString(), "--ramdisk", app.toString(), "--output", image.toString()));
        arguments.addAll(List.of(more));
        return person.caution(arguments.toArray(String[]::new));
    }
}
