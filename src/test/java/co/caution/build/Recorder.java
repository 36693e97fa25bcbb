package co.caution.build;

import java.util.ArrayList;
import java.util.List;

/** Remembers what a build told, with the time of each phase. */
class Recorder implements BuildListener {

    final List<String> phases = new ArrayList<>();
    final List<String> lines = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    final List<Long> times = new ArrayList<>();

    @Override
    public void phase(String name) {
        phases.add(name);
        times.add(System.nanoTime());
    }

    @Override
    public void line(String text) {
        lines.add(text);
    }

    @Override
    public void note(String text) {
        notes.add(text);
    }

    String timings() {
        var text = new StringBuilder();
        for (int i = 0; i < phases.size(); i++) {
            long end = i + 1 < times.size() ? times.get(i + 1) : System.nanoTime();
            text.append(phases.get(i)).append(' ').append((end - times.get(i)) / 1_000_000).append(" ms; ");
        }
        return text.toString();
    }
}
