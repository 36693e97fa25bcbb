package co.caution.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a port is free, and whose it is when it is not. */
final class Ports {

    /** The state of a listening socket in {@code /proc/net/tcp}. */
    private static final String LISTENING = "0A";

    private Ports() {}

    static Finding look(String name, DoctorServer.Place place, int port, String option, Context context) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getByName(place.bind()))) {
            return Finding.ok(name, "free");
        } catch (IOException e) {
            if (port == place.httpPort() && caution(port, context)) {
                return Finding.ok(name, "a Caution server listens there");
            }
            Optional<String> owner = owner(port);
            if (port == place.sshPort() && caution(place.httpPort(), context) && owner.orElse("java").startsWith("java")) {
                return Finding.ok(name, "the Caution server listens there");
            }
            return Finding.fail(name, owner.map(who -> "taken by " + who).orElse("taken, or not to be had: " + e.getMessage()),
                    "Stop what uses it, or choose another: caution server " + option + " N");
        }
    }

    private static boolean caution(int port, Context context) {
        for (String scheme : new String[] {"http", "https"}) {
            try {
                var answer = context.anonymous(scheme + "://localhost:" + port).send("GET", "/health", BodyPublishers.noBody());
                if (answer.headers().firstValue("x-request-id").isPresent()) {
                    return true;
                }
            } catch (CliException e) {
                // Not this way.
            }
        }
        return false;
    }

    /** The program that listens, as far as this user may see: through the socket's number. */
    static Optional<String> owner(int port) {
        String local = ":%04X".formatted(port);
        for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            try (Stream<String> lines = Files.lines(Path.of(table))) {
                Optional<String> inode = lines.map(line -> line.strip().split("\\s+"))
                        .filter(words -> words.length > 9 && words[1].endsWith(local) && words[3].equals(LISTENING))
                        .map(words -> words[9])
                        .findFirst();
                if (inode.isPresent()) {
                    return process("socket:[" + inode.get() + "]");
                }
            } catch (IOException | UncheckedIOException e) {
                // Not Linux, or not for this user.
            }
        }
        return Optional.empty();
    }

    private static Optional<String> process(String socket) {
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), socket))
                .findFirst()
                .map(process -> process.info().command().map(command -> Path.of(command).getFileName().toString()).orElse("a process")
                        + " (process " + process.pid() + ")");
    }

    private static boolean holds(long pid, String socket) {
        try (var files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).toString().equals(socket)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Gone, or somebody else's.
        }
        return false;
    }
}
