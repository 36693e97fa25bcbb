package co.caution.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the program that is to run, and what it needs to start, while the pusher is still there to be told. */
final class Program {

    private Program() {}

    static String absolute(String name, List<String> env, String workdir, RootFs fs) throws BuildException {
        if (name.startsWith("/")) {
            return checked(name, fs);
        }
        if (name.contains("/")) {
            return checked("/" + String.join("/", RootFs.parts(workdir + "/" + name)), fs);
        }
        String path = env.stream()
                .filter(entry -> entry.startsWith("PATH="))
                .findFirst()
                .orElse("PATH=")
                .substring("PATH=".length());
        for (String directory : path.split(":")) {
            String candidate = directory + "/" + name;
            if (directory.startsWith("/") && fs.find(candidate) instanceof RootFs.File file && (file.mode() & 0111) != 0) {
                return checked(candidate, fs);
            }
        }
        throw bad("`" + name + "` is in none of the image's PATH directories (" + path + "); write its whole path");
    }

    private static String checked(String path, RootFs fs) throws BuildException {
        RootFs.Node node = fs.find(path);
        if (node instanceof RootFs.Directory) {
            throw bad(path + " is a directory; name the program in it");
        }
        if (!(node instanceof RootFs.File file)) {
            throw bad(path + " is not in the image; check the path, and that the Containerfile's last stage holds it");
        }
        if ((file.mode() & 0111) == 0) {
            throw bad(path + " may not be executed (mode " + Integer.toOctalString(file.mode())
                    + "); add `RUN chmod +x` or `git update-index --chmod=+x`");
        }
        try {
            String interpreter = interpreter(file);
            if (interpreter != null && !(fs.find(interpreter) instanceof RootFs.File)) {
                throw bad(path + " is started by " + Text.printable(interpreter)
                        + ", which is not in the image; link it statically, or use a base that has it");
            }
        } catch (IOException e) {
            throw new BuildException(Phase.FLATTEN, path + " cannot be read", e);
        }
        return path;
    }

    /** What the kernel starts in the program's place: a script's {@code #!}, an ELF file's PT_INTERP. */
    private static @Nullable String interpreter(RootFs.File file) throws IOException {
        byte[] start;
        try (InputStream in = file.content().open()) {
            start = in.readNBytes(4096);
        }
        if (start.length > 2 && start[0] == '#' && start[1] == '!') {
            String line = new String(start, 2, start.length - 2, StandardCharsets.UTF_8).lines().findFirst().orElse("");
            String[] words = line.strip().split("\\s+");
            return words[0].startsWith("/") ? words[0] : null;
        }
        // ELF64, little-endian: e_phoff at 32, e_phentsize at 54, e_phnum at 56 (System V ABI).
        if (start.length < 64 || start[0] != 0x7f || start[1] != 'E' || start[4] != 2 || start[5] != 1) {
            return null;
        }
        ByteBuffer elf = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        long offset = elf.getLong(32);
        int size = elf.getShort(54) & 0xffff;
        int count = elf.getShort(56) & 0xffff;
        for (int i = 0; i < count; i++) {
            long at = offset + (long) i * size;
            if (size < 56 || at < 0 || at + 56 > start.length) {
                return null;
            }
            long from = elf.getLong((int) at + 8);
            long length = elf.getLong((int) at + 32);
            if (elf.getInt((int) at) == 3 && from >= 0 && length > 1 && from + length <= start.length) {
                return new String(start, (int) from, (int) length - 1, StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private static BuildException bad(String why) {
        return new BuildException(Phase.FLATTEN, "the program to run cannot be started: " + why);
    }
}
