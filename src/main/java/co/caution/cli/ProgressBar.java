package co.caution.cli;

import java.util.Locale;

/** Progress of long work on standard error: a bar that is redrawn on a terminal, a line for every tenth elsewhere. */
final class ProgressBar {

    private static final int WIDTH = 30;

    private int percent = -1;
    private String shown = "";

    /** @param fraction 0 to 1 of the whole */
    synchronized void show(String phase, double fraction) {
        int now = (int) Math.round(100 * Math.clamp(fraction, 0, 1));
        if (now == percent && phase.equals(shown)) {
            return;
        }
        shown = phase;
        if (Style.progress()) {
            int filled = WIDTH * now / 100;
            System.err.printf(Locale.ROOT, "\r  [%s%s] %3d %%  %-40.40s", "#".repeat(filled), " ".repeat(WIDTH - filled), now, phase);
            System.err.flush();
        } else if (now / 10 > percent / 10 || percent < 0) {
            System.err.printf(Locale.ROOT, "  %3d %%  %s%n", now, phase);
        }
        percent = now;
    }

    /** Leaves the bar as it is and goes to the next line. */
    synchronized void end() {
        if (Style.progress() && percent >= 0) {
            System.err.println();
        }
        percent = -1;
    }
}
