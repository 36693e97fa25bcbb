package co.caution.cli;

import co.caution.build.Text;
import co.caution.eif.EifDiff;
import co.caution.eif.EifDiff.Change;
import co.caution.eif.EifDiff.Entry;
import co.caution.eif.EifDiff.Part;
import co.caution.eif.EifDiff.Register;
import co.caution.eif.FirstByte;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A comparison of two images, for people and for machines. What the images hold is a stranger's: it must not steer the terminal. */
final class EifDiffReport {

    private EifDiffReport() {}

    static void print(String a, String b, EifDiff diff) {
        if (diff.same()) {
            System.out.println("The files are equal.");
            return;
        }
        System.out.println("A: " + Text.printable(a));
        System.out.println("B: " + Text.printable(b));
        for (Register register : diff.registers()) {
            if (register.moved()) {
                System.out.println("PCR" + register.index() + Style.yellow(" differs"));
                System.out.println("  " + Style.red("- " + shown(register.a())));
                System.out.println("  " + Style.green("+ " + shown(register.b())));
            } else if (register.a() != null) {
                System.out.println("PCR" + register.index() + " equal");
            }
        }
        diff.parts().forEach(EifDiffReport::print);
    }

    private static void print(Part part) {
        String moved = part.pcrs().isEmpty()
                ? "moves no PCR"
                : "moves " + part.pcrs().stream().map(pcr -> "PCR" + pcr).collect(Collectors.joining(", "));
        System.out.println();
        System.out.println(Style.bold(part.name()) + ": " + moved + size(part));
        if (part.note() != null) {
            System.out.println("  (" + Text.printable(part.note()) + ")");
        }
        print("  ", part.changes());
        print("  ", part.data());
        for (Entry entry : part.entries()) {
            String path = Text.printable(entry.path());
            System.out.println(switch (entry.kind()) {
                case "added" -> Style.green("  + " + path);
                case "removed" -> Style.red("  - " + path);
                default -> Style.yellow("  ~ " + path);
            });
            print("      ", entry.changes());
            print("      ", entry.data());
        }
        if (part.moreEntries() > 0) {
            System.out.println("  and " + part.moreEntries() + " more");
        }
    }

    private static String size(Part part) {
        if (part.sizeA() == null || part.sizeB() == null) {
            return "";
        }
        return part.sizeA().equals(part.sizeB())
                ? ", %,d bytes in both".formatted(part.sizeA())
                : ", %,d and %,d bytes".formatted(part.sizeA(), part.sizeB());
    }

    private static void print(String indent, List<Change> changes) {
        for (Change change : changes) {
            String what = indent + Text.printable(change.what()) + " ";
            if (change.b() == null) {
                System.out.println(what + Style.red("- " + shown(change.a())));
            } else if (change.a() == null) {
                System.out.println(what + Style.green("+ " + shown(change.b())));
            } else {
                System.out.println(what + Style.red(shown(change.a())) + " → " + Style.green(shown(change.b())));
            }
        }
    }

    private static void print(String indent, @Nullable FirstByte data) {
        if (data != null) {
            System.out.printf("%sfirst difference at byte %,d (0x%x); from 0x%x:%n", indent, data.offset(), data.offset(), data.from());
            System.out.println(indent + "  " + Style.red("- " + data.a()));
            System.out.println(indent + "  " + Style.green("+ " + data.b()));
        }
    }

    private static String shown(@Nullable String value) {
        return value == null ? "none" : Text.printable(value);
    }

    /** The stable schema of {@code --json}; what is not there is left out. */
    static Map<String, Object> view(EifDiff diff) {
        var registers = new LinkedHashMap<String, Object>();
        for (Register register : diff.registers()) {
            registers.put("pcr" + register.index(),
                    Output.ordered("a", register.a(), "b", register.b(), "differs", register.moved()));
        }
        return Output.ordered("same", diff.same(), "registers", registers,
                "parts", diff.parts().stream().map(EifDiffReport::view).toList());
    }

    private static Map<String, Object> view(Part part) {
        return Output.ordered("part", part.name(), "moves", part.pcrs().stream().map(pcr -> "pcr" + pcr).toList(),
                "size_a", part.sizeA(), "size_b", part.sizeB(), "note", part.note(),
                "changes", changes(part.changes()), "first_difference", view(part.data()),
                "entries", part.entries().isEmpty() ? null : part.entries().stream().map(EifDiffReport::view).toList(),
                "more_entries", part.moreEntries() == 0 ? null : part.moreEntries());
    }

    private static Map<String, Object> view(Entry entry) {
        return Output.ordered("path", entry.path(), "kind", entry.kind(), "changes", changes(entry.changes()),
                "first_difference", view(entry.data()));
    }

    private static @Nullable List<Map<String, Object>> changes(List<Change> changes) {
        return changes.isEmpty() ? null : changes.stream()
                .map(change -> Output.ordered("what", change.what(), "a", change.a(), "b", change.b())).toList();
    }

    static @Nullable Map<String, Object> view(@Nullable FirstByte data) {
        return data == null ? null : Output.ordered("offset", data.offset(), "from", data.from(), "a", data.a(), "b", data.b());
    }
}
