package co.caution.cli;

import picocli.CommandLine.Help;

/**
 * Colours, on terminals only, and never where {@code NO_COLOR} is set. The launcher says which streams are terminals
 * ({@code CAUTION_TERMINAL}, such as {@code 12}); Java alone knows only of both together.
 */
final class Style {

    private static final boolean OUT = terminal('1');
    private static final boolean ERR = terminal('2');
    private static final boolean COLOUR = System.getenv("NO_COLOR") == null;

    private Style() {}

    /** Whether standard error may be drawn on. */
    static boolean progress() {
        return ERR;
    }

    /** Colours of the help, where standard output may have them. */
    static Help.ColorScheme help() {
        return Help.defaultColorScheme(OUT && COLOUR ? Help.Ansi.ON : Help.Ansi.OFF);
    }

    static String green(String text) {
        return paint(OUT, "32", text);
    }

    static String red(String text) {
        return paint(OUT, "31", text);
    }

    static String redError(String text) {
        return paint(ERR, "31", text);
    }

    static String yellow(String text) {
        return paint(OUT, "33", text);
    }

    static String bold(String text) {
        return paint(OUT, "1", text);
    }

    private static boolean terminal(char stream) {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        String launcher = System.getenv("CAUTION_TERMINAL");
        return launcher != null
                ? launcher.indexOf(stream) >= 0
                : System.console() != null && System.console().isTerminal();
    }

    private static String paint(boolean terminal, String code, String text) {
        return terminal && COLOUR ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
