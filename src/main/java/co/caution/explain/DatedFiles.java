package co.caution.explain;

import co.caution.eif.Eif;
import co.caution.eif.RamdiskFiles;
import co.caution.project.FileList;
import co.caution.project.FileList.Entry;
import co.caution.project.FileList.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Files that hold the day of their build: two builds on that day do not show that they would differ on another. */
public final class DatedFiles {

    private static final int LARGEST = 1 << 20;
    private static final int MOST = 20;
    private static final List<String> FORMS = List.of(
            "yyyy-MM-dd", "yyyyMMdd", "yyyy/MM/dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "MMM d yyyy", "MMM ppd yyyy", "MMM d, yyyy",
            "d MMM yyyy", "dd MMM yyyy", "MMMM d, yyyy", "d MMMM yyyy");

    private DatedFiles() {}

    /** A day as it is usually written. */
    static List<String> words(LocalDate day) {
        return FORMS.stream().map(form -> day.format(DateTimeFormatter.ofPattern(form, Locale.ENGLISH))).distinct().toList();
    }

    /** @param days of the builds, in UTC */
    public static List<String> in(Eif image, FileList list, LocalDate... days) throws IOException {
        List<String> words = Stream.of(days).flatMap(day -> words(day).stream()).toList();
        var small = list.entries().stream().filter(entry -> entry.type() == Type.FILE && entry.size() <= LARGEST)
                .map(Entry::path).collect(Collectors.toSet());
        var dated = new ArrayList<String>();
        try (RamdiskFiles files = RamdiskFiles.open(image, 1,
                small.stream().map(path -> ImageComparison.ROOT + path).collect(Collectors.toSet()))) {
            for (String path : small.stream().sorted().toList()) {
                byte[] content = files.read(ImageComparison.ROOT + path, LARGEST);
                String text = content == null ? "" : new String(content, StandardCharsets.ISO_8859_1);
                if (dated.size() < MOST && words.stream().anyMatch(text::contains)) {
                    dated.add(path);
                }
            }
        }
        return dated;
    }
}
