package co.caution.enclaveos;

import co.caution.packages.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The sources of EnclaveOS: the kernel's configuration, and two Go modules. The file {@code FILES} names every one that
 * goes in, because a directory inside a jar cannot be listed the same way everywhere.
 */
public final class EnclaveOsSources {

    private static final String LIST = "FILES";
    private static final String KERNEL_CONFIG = "kernel.config";

    private final SortedMap<String, byte[]> files;

    private EnclaveOsSources(SortedMap<String, byte[]> files) {
        this.files = Collections.unmodifiableSortedMap(files);
    }

    /** Those that this program was packaged with. */
    public static EnclaveOsSources packaged() throws IOException {
        return read(name -> {
            String resource = "/enclaveos/" + name;
            InputStream in = EnclaveOsSources.class.getResourceAsStream(resource);
            if (in == null) {
                throw new NoSuchFileException(resource + " is not in this program's jar");
            }
            return in;
        });
    }

    /** Those in a directory laid out as {@code enclaveos/} in the repository. */
    public static EnclaveOsSources in(Path directory) throws IOException {
        return read(name -> Files.newInputStream(directory.resolve(name)));
    }

    private static EnclaveOsSources read(Opener opener) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        byte[] list = read(opener, LIST);
        files.put(LIST, list);
        for (String name : new String(list, StandardCharsets.UTF_8).lines().toList()) {
            if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_./-]*") || name.contains("..")) {
                throw new IOException("enclaveos/" + LIST + " names " + name + ", which is not a plain relative path");
            }
            files.put(name, read(opener, name));
        }
        if (!files.containsKey(KERNEL_CONFIG)) {
            throw new IOException("enclaveos/" + LIST + " does not name " + KERNEL_CONFIG);
        }
        return new EnclaveOsSources(files);
    }

    private static byte[] read(Opener opener, String name) throws IOException {
        try (InputStream in = opener.open(name)) {
            return in.readAllBytes();
        }
    }

    byte[] kernelConfig() {
        return files.get(KERNEL_CONFIG);
    }

    /** SHA-256 over the lines {@code <sha256>  <name>} of the files below a directory, by name. */
    String digest(String directory) {
        StringBuilder lines = new StringBuilder();
        below(directory).forEach((name, bytes) ->
                lines.append(Sha256.of(bytes)).append("  ").append(name).append('\n'));
        return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a release was made of these. */
    boolean areOf(EnclaveOsLock lock) {
        return lock.inputs().sources().entrySet().stream().allMatch(part -> part.getValue().equals(
                part.getKey().equals(KERNEL_CONFIG) ? Sha256.of(kernelConfig()) : digest(part.getKey())));
    }

    /** The pinned Go toolchain that a module names, such as {@code go1.26.8}. */
    String toolchain(String module) throws EnclaveOsBuildException {
        byte[] text = files.getOrDefault(module + "/go.mod", new byte[0]);
        List<String> named = new String(text, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.matches("toolchain go[0-9.]+"))
                .map(line -> line.substring("toolchain ".length()))
                .toList();
        if (named.size() != 1) {
            throw new EnclaveOsBuildException("enclaveos/" + module + "/go.mod does not pin a toolchain");
        }
        return named.getFirst();
    }

    /** Writes the files below a directory, or all of them for {@code ""}. */
    void copy(String directory, Path to) throws IOException {
        for (var file : below(directory).entrySet()) {
            Path target = to.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue());
        }
    }

    private SortedMap<String, byte[]> below(String directory) {
        return directory.isEmpty() ? files : files.subMap(directory + "/", directory + "0"); // '0' follows '/'
    }

    @FunctionalInterface
    private interface Opener {
        InputStream open(String name) throws IOException;
    }
}
