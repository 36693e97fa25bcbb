package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.CpioReader;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/reference/enclaveos.md says what is inside, and where the kernel differs from what is recommended. */
class EnclaveOsReferenceTest {

    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    @TempDir
    Path directory;

    @Test
    void everyEntryOfTheBootRamdiskIsInItsTable() throws Exception {
        Path agent = Files.writeString(directory.resolve("agent"), "an agent");
        Path ramdisk = directory.resolve("ramdisk0.cpio");
        BootRamdisk.write(agent, ramdisk);
        List<String> entries = new ArrayList<>();
        try (InputStream in = Files.newInputStream(ramdisk)) {
            var archive = new CpioReader(in);
            for (CpioReader.Entry entry = archive.next(); entry != null; entry = archive.next()) {
                entries.add("%s %04o".formatted(entry.name(), entry.mode() & 07777));
            }
        }
        List<String> table = rows("## What is inside").stream()
                .map(row -> names(row.getFirst()).getFirst() + " " + row.get(1).substring(0, 4))
                .toList();
        assertThat(table).containsExactlyElementsOf(entries);
    }

    @Test
    void theKernelDiffersFromTheRecommendationsWhereTheTableSaysSoAndNowhereElse() throws Exception {
        Map<String, String> ours =
                KernelConfig.parse(Files.readString(Path.of("enclaveos/kernel.config"))).options();
        Map<String, String> differs = new TreeMap<>();
        try (InputStream in = getClass().getResourceAsStream("kspp.txt")) {
            new String(in.readAllBytes()).lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                String[] pair = line.split("=");
                if (!ours.getOrDefault("CONFIG_" + pair[0], "n").equals(pair[1])) {
                    differs.put(pair[0], pair[1]);
                }
            });
        }
        Map<String, String> table = new TreeMap<>();
        for (List<String> row : rows("### Where it differs")) {
            List<String> recommended = List.of(row.get(1).split(", "));
            List<String> names = names(row.getFirst());
            for (int i = 0; i < names.size(); i++) {
                table.put(names.get(i), recommended.get(Math.min(i, recommended.size() - 1)));
            }
            assertThat(row.getLast()).as(row.getFirst()).hasSizeGreaterThan(10);
        }
        assertThat(table).isEqualTo(differs);
    }

    /** The cells of a section's first table, without its head. */
    private static List<List<String>> rows(String heading) throws Exception {
        String page = Files.readString(Path.of("docs/reference/enclaveos.md"));
        String section = page.substring(page.indexOf("\n" + heading) + heading.length() + 1).split("\n##", 2)[0];
        return section.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> Pattern.compile(" \\| ").splitAsStream(line.substring(2, line.length() - 2)).toList())
                .toList();
    }

    private static List<String> names(String cell) {
        return NAME.matcher(cell).results().map((MatchResult match) -> match.group(1)).toList();
    }
}
