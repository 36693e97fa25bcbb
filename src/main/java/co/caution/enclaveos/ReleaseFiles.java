package co.caution.enclaveos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A release as files. {@code inputs.txt} is what its digest is over, {@code outputs.txt} is in the format of
 * {@code sha256sum -c}, and {@code release.json} says it all to programs.
 */
final class ReleaseFiles {

    static final String RAMDISK = "ramdisk0.cpio";
    static final String HOST = "caution-host";
    static final String INPUTS = "inputs.txt";
    static final String OUTPUTS = "outputs.txt";
    static final String DESCRIPTION = "release.json";
    static final String SOURCES = "sources";

    private static final List<String> HASHED = List.of(KernelBuild.IMAGE, RAMDISK, HOST);

    private ReleaseFiles() {}

    static void write(Path directory, String digest, String inputs, String cmdline) throws IOException {
        Path kernel = directory.resolve(KernelBuild.IMAGE);
        Path ramdisk = directory.resolve(RAMDISK);
        String outputs = outputs(directory);
        Files.writeString(directory.resolve(INPUTS), inputs);
        Files.writeString(directory.resolve(OUTPUTS), outputs);
        StringBuilder json = new StringBuilder("{\n");
        field(json, "digest", digest).append(",\n");
        field(json, "pcr1", Digests.pcr1(kernel, cmdline, ramdisk)).append(",\n");
        field(json, "cmdline", cmdline).append(",\n");
        lines(json, "inputs", inputs).append(",\n");
        lines(json, "outputs", outputs).append("\n}\n");
        Files.writeString(directory.resolve(DESCRIPTION), json);
    }

    /** The release in a directory, if every output still has the hash that it was built with. */
    static Optional<EnclaveOsRelease> read(Path directory, String digest, String cmdline) throws IOException {
        Path outputs = directory.resolve(OUTPUTS);
        if (!Files.isRegularFile(outputs)
                || !HASHED.stream().allMatch(name -> Files.isRegularFile(directory.resolve(name)))
                || !Files.readString(outputs).equals(outputs(directory))) {
            return Optional.empty();
        }
        return Optional.of(new EnclaveOsRelease(
                digest,
                directory.resolve(KernelBuild.IMAGE),
                directory.resolve(RAMDISK),
                cmdline,
                directory.resolve(HOST),
                directory.resolve(SOURCES)));
    }

    private static String outputs(Path directory) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String name : HASHED) {
            lines.append(Digests.sha256(directory.resolve(name))).append("  ").append(name).append('\n');
        }
        return lines.toString();
    }

    private static StringBuilder field(StringBuilder json, String name, String value) {
        return json.append("  \"").append(name).append("\": ").append(quoted(value));
    }

    private static StringBuilder lines(StringBuilder json, String name, String text) {
        return json.append("  \"").append(name).append("\": [\n    ")
                .append(String.join(",\n    ", text.lines().map(ReleaseFiles::quoted).toList()))
                .append("\n  ]");
    }

    private static String quoted(String value) {
        StringBuilder out = new StringBuilder("\"");
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b == '"' || b == '\\') {
                out.append('\\').append((char) b);
            } else if (b >= 0x20 && b < 0x7f) {
                out.append((char) b);
            } else {
                out.append('?'); // versions and command lines are ASCII
            }
        }
        return out.append('"').toString();
    }
}
