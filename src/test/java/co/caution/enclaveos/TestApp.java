package co.caution.enclaveos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** A static program that does in the enclave what its first argument says. */
final class TestApp {

    private static final String SOURCE = """
            package main

            import (
                "fmt"
                "io"
                "net"
                "os"
                "syscall"
            )

            func main() {
                switch os.Args[1] {
                case "exit":
                    fmt.Println("not for the host")
                    fmt.Fprintln(os.Stderr, "last words")
                    os.Exit(3)
                case "eat":
                    for kept := [][]byte{}; ; {
                        piece := make([]byte, 8<<20)
                        for i := range piece {
                            piece[i] = 1
                        }
                        kept = append(kept, piece)
                    }
                case "escape":
                    serve(func(c net.Conn) {
                        _, err := syscall.Socket(40, syscall.SOCK_STREAM, 0)
                        fmt.Fprintln(c, "vsock:", err)
                        fmt.Fprintln(c, "unshare:", syscall.Unshare(syscall.CLONE_NEWUSER))
                        fmt.Fprintln(c, "mount:", syscall.Mount("tmpfs", "/tmp", "tmpfs", 0, ""))
                        fmt.Fprintln(c, "uid:", os.Getuid(), os.Getgid())
                        _, err = os.Stat("/init")
                        fmt.Fprintln(c, "agent:", err)
                        _, err = os.Stat("/dev/nsm")
                        fmt.Fprintln(c, "module:", err)
                    })
                case "memory":
                    serve(func(c net.Conn) {
                        text, _ := os.ReadFile("/proc/meminfo")
                        c.Write(text)
                        asked := make([]byte, 4)
                        if io.ReadFull(c, asked); string(asked) == "more" {
                            for _, path := range []string{"/proc/zoneinfo", "/proc/self/status"} {
                                text, _ := os.ReadFile(path)
                                c.Write(text)
                            }
                            return
                        }
                        io.Copy(io.Discard, c)
                    })
                case "echo":
                    serve(func(c net.Conn) { io.Copy(c, struct{ io.Reader }{c}) })
                }
            }

            func serve(handle func(net.Conn)) {
                listener, err := net.Listen("tcp", ":8080")
                if err != nil {
                    panic(err)
                }
                for {
                    c, err := listener.Accept()
                    if err != nil {
                        panic(err)
                    }
                    go func() {
                        handle(c)
                        c.(*net.TCPConn).CloseWrite()
                        io.Copy(io.Discard, c)
                        c.Close()
                    }()
                }
            }
            """;

    private TestApp() {}

    static Path build(Path directory) throws IOException, InterruptedException {
        return buildSource(directory, SOURCE);
    }

    /** @param resource a program's only file, beside this class */
    static Path build(Path directory, String resource) throws IOException, InterruptedException {
        try (InputStream in = Objects.requireNonNull(TestApp.class.getResourceAsStream(resource), resource)) {
            return buildSource(directory, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Path buildSource(Path directory, String source) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("main.go"), source);
        Files.writeString(directory.resolve("go.mod"), "module app\n\ngo 1.24\n");
        Path program = directory.resolve("app");
        Map<String, String> environment = Map.of(
                "PATH", "/usr/bin:/bin", "HOME", directory.toString(), "CGO_ENABLED", "0", "GOENV", "off",
                "GOTOOLCHAIN", "local", "GOCACHE", Path.of("target", "go-cache").toAbsolutePath().toString());
        Path go = GoToolchain.program().orElseThrow();
        new Command(directory, environment, go.toString(), "build", "-ldflags=-s -w", "-o", program.toString(), ".")
                .run(line -> {});
        return program;
    }
}
