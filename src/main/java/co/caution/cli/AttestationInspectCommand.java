package co.caution.cli;

import co.caution.attestation.Evidence;
import co.caution.attestation.Inspection;
import co.caution.attestation.InvalidDocumentException;
import co.caution.attestation.TrustRoot;
import co.caution.build.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caution attestation inspect}: everything that a document says, and what of it is signed. */
@Command(
        name = "inspect",
        description = "Show everything in a document, each value marked signed or unverified.",
        footer = {
            "",
            "Signed means: under the leaf's signature, with a chain to AWS's root (or one that you name) that held at the",
            "document's own time. It says nothing about now, nor about what runs: that is 'caution attestation verify'."
        })
final class AttestationInspectCommand implements Callable<Integer> {

    private static final int NOT_EVIDENCE = 3;

    @Parameters(paramLabel = "FILE", description = "The document, or '-'.")
    String file;

    @Option(names = "--trust-root", paramLabel = "FILE", description = "Another root under which signatures count; repeatable.")
    List<Path> trustRoots = List.of();

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        var roots = new ArrayList<TrustRoot>();
        roots.add(TrustRoot.awsCommercial());
        trustRoots.forEach(root -> roots.add(VerifyCommand.named(root)));
        DocumentFile document = DocumentFile.read(file);
        try {
            Inspection inspection = Inspection.of(document.document(), roots);
            if (json) {
                Output.json(machine(inspection));
            } else {
                print(inspection);
            }
            return 0;
        } catch (InvalidDocumentException e) {
            throw new CliException(NOT_EVIDENCE, "This is no attestation document: " + e.getMessage());
        }
    }

    private static void print(Inspection inspection) {
        System.out.println(Text.printable(standing(inspection.evidence())));
        String section = "";
        for (Inspection.Item item : inspection.items()) {
            if (!item.section().equals(section)) {
                section = item.section();
                System.out.println("\n" + section);
            }
            System.out.println(String.format("  %-10s  %s", item.signed() ? "signed" : "unverified",
                    Text.printable(item.name() + ": " + item.value())));
        }
    }

    /** What "signed" rests on, or why nothing is. */
    private static String standing(Evidence evidence) {
        return switch (evidence) {
            case Evidence.Genuine genuine -> "Signed under " + (genuine.simulated() ? VerifyReport.SIMULATED + " root " : "")
                    + genuine.root().name() + ", as of its own time " + genuine.checkedAt();
            case Evidence.Refused refused -> "NOTHING HERE IS VERIFIED: " + refused;
        };
    }

    private static Map<String, Object> machine(Inspection inspection) {
        var sections = new LinkedHashMap<String, List<Map<String, Object>>>();
        for (Inspection.Item item : inspection.items()) {
            sections.computeIfAbsent(item.section(), section -> new ArrayList<>()).add(Output.ordered(
                    "name", item.name(), "value", item.value(), "mark", item.signed() ? "signed" : "unverified"));
        }
        var out = new LinkedHashMap<String, Object>();
        out.put("standing", standing(inspection.evidence()));
        out.put("sections", sections);
        return out;
    }
}
