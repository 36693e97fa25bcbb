package co.caution.cli;

import co.caution.eif.AtomicFile;
import co.caution.eif.Measurements;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A file of registers as {@code caution verify --pcrs} reads it: nothing else is in it. */
final class KnownPcrs {

    private KnownPcrs() {}

    /** {@code pcr0}, {@code pcr1} and so on. */
    static Map<String, Object> of(Measurements measured) {
        var view = new LinkedHashMap<String, Object>();
        measured.map().forEach((register, value) -> view.put("pcr" + register, value));
        return view;
    }

    /** Whole or not at all. */
    static void write(Path file, Measurements measured) throws IOException {
        byte[] text = Output.text(of(measured)).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, out -> out.write(ByteBuffer.wrap(text)));
    }
}
