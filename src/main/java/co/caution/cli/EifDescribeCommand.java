package co.caution.cli;

import co.caution.build.Text;
import co.caution.eif.Eif;
import co.caution.eif.Section;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code caution eif describe}. */
@Command(name = "describe", description = "Check an image by every rule of the format, and show its sections and PCRs.")
final class EifDescribeCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "The image.")
    Path file;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        Eif eif = EifCommand.guarded(() -> EifCommand.read(file));
        Map<String, String> pcrs = new LinkedHashMap<>();
        eif.measure().map().forEach((register, value) -> pcrs.put("pcr" + register, value));
        eif.pcr8().ifPresent(value -> pcrs.put("pcr8", value));
        if (json) {
            Output.json(view(eif, pcrs));
            return 0;
        }
        System.out.printf("Image: %s (%,d bytes, %s, CRC-32 %08x)%n", file, eif.size(), architecture(eif), eif.crc());
        System.out.println("Sections:");
        for (Section section : eif.sections()) {
            System.out.printf("  %-9s at 0x%-8x %,15d bytes%n", type(section), section.offset(), section.size());
        }
        System.out.println("Command line: " + Text.printable(eif.cmdline()));
        pcrs.forEach((name, value) -> System.out.println(name.toUpperCase(Locale.ROOT) + ": " + value));
        if (eif.pcr8().isPresent()) {
            System.out.println("PCR8 names the certificate in the image; its signature was not checked.");
        }
        System.out.println("Metadata (unverified, in no PCR): " + Text.printable(new String(eif.metadata(), StandardCharsets.UTF_8)));
        return 0;
    }

    private static Map<String, Object> view(Eif eif, Map<String, String> pcrs) {
        Map<String, Object> view = new LinkedHashMap<>(pcrs);
        view.putAll(Output.ordered("architecture", architecture(eif), "size", eif.size(), "crc32", "%08x".formatted(eif.crc()),
                "memory", Long.toUnsignedString(eif.memory()), "cpus", Long.toUnsignedString(eif.cpus()), "cmdline", eif.cmdline(),
                "sections", eif.sections().stream()
                        .map(s -> Output.ordered("type", type(s), "offset", s.offset(), "size", s.size())).toList(),
                "metadata_unverified", JsonMapper.shared().readTree(eif.metadata())));
        return view;
    }

    private static String type(Section section) {
        return section.type().toString().toLowerCase(Locale.ROOT);
    }

    private static String architecture(Eif eif) {
        return eif.aarch64() ? "aarch64" : "x86_64";
    }
}
