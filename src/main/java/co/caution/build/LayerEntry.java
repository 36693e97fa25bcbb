package co.caution.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * One entry of a layer with its names as they are: the reader of archives writes a question mark where bytes are not
 * UTF-8, and two names would become one.
 *
 * @param link where a link points
 */
record LayerEntry(TarArchiveEntry entry, String name, String link) {

    /** The entries in their order; the archive stays closed, its data is found by offset. */
    static List<LayerEntry> read(Path layer) throws BuildException, IOException {
        try (TarFile decoded = new TarFile(layer, "UTF-8");
                TarFile bytes = new TarFile(layer, "ISO-8859-1")) {
            List<TarArchiveEntry> texts = decoded.getEntries();
            var entries = new ArrayList<LayerEntry>(texts.size());
            for (int i = 0; i < texts.size(); i++) {
                TarArchiveEntry raw = bytes.getEntries().get(i);
                entries.add(new LayerEntry(
                        texts.get(i),
                        name(texts.get(i).getName(), raw.getName()),
                        name(texts.get(i).getLinkName(), raw.getLinkName())));
            }
            return entries;
        }
    }

    /** Behind the last slash. */
    String baseName() {
        String plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        return plain.substring(plain.lastIndexOf('/') + 1);
    }

    /**
     * @param decoded as UTF-8
     * @param bytes one character a byte; the same as {@code decoded} if the name is ASCII, or stands in an extended
     *     header, which is UTF-8 always
     */
    private static String name(String decoded, String bytes) throws BuildException {
        String name = decoded;
        if (!decoded.equals(bytes)) {
            try {
                name = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                        .toString();
            } catch (CharacterCodingException e) {
                name = "\ufffd";
            }
        }
        if (name.indexOf('\ufffd') >= 0 || name.indexOf('\0') >= 0) {
            throw new BuildException(
                    Phase.FLATTEN,
                    "the image cannot be flattened: the name " + Text.printable(decoded) + " is not UTF-8; rename it");
        }
        return name;
    }
}
