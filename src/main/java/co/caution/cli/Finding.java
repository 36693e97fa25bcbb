package co.caution.cli;

import co.caution.build.Text;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param found what is there
 * @param remedy what to do; only where something is to be done
 */
record Finding(String name, Status status, String found, @Nullable String remedy) {

    /** {@code WARN}: one can go on without it. {@code FAIL}: not without it. */
    enum Status {
        OK, WARN, FAIL
    }

    static Finding ok(String name, String found) {
        return new Finding(name, Status.OK, found, null);
    }

    static Finding warn(String name, String found, String remedy) {
        return new Finding(name, Status.WARN, found, remedy);
    }

    static Finding fail(String name, String found, String remedy) {
        return new Finding(name, Status.FAIL, found, remedy);
    }

    /** The same, where it is not needed but missed. */
    Finding optional() {
        return status == Status.FAIL ? warn(name, found, String.valueOf(remedy)) : this;
    }

    String line() {
        String mark = switch (status) {
            case OK -> Style.green("✓");
            case WARN -> Style.yellow("!");
            case FAIL -> Style.red("✗");
        };
        // Some of it is what a server or a program said.
        return mark + " " + name + ": " + Text.printable(found) + (remedy == null ? "" : "\n    → " + Text.printable(remedy));
    }

    Map<String, Object> json() {
        return Output.ordered("name", name, "status", status.name().toLowerCase(Locale.ROOT), "found", found, "remedy", remedy);
    }
}
