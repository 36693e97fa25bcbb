package co.caution.cli;

/** Colours, on terminals only (and never where {@code NO_COLOR} is set). */
final class Style {

    private static final boolean TERMINAL =
            System.console() != null && System.console().isTerminal() && System.getenv("NO_COLOR") == null;

    private Style() {}

    static boolean terminal() {
        return TERMINAL;
    }

    static String green(String text) {
        return paint("32", text);
    }

    static String red(String text) {
        return paint("31", text);
    }

    static String yellow(String text) {
        return paint("33", text);
    }

    static String bold(String text) {
        return paint("1", text);
    }

    private static String paint(String code, String text) {
        return TERMINAL ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
