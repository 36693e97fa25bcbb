package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a program for a root file system that needs no other file: this test's own, compiled by Go. */
class SandboxTest {

    private static final String PROGRAM = """
            package main

            import (
                "fmt"
                "net"
                "os"
                "strings"
            )

            func main() {
                name, _ := os.Hostname()
                fmt.Println("host", name)
                fmt.Println("user", os.Getuid(), os.Getgid())
                fmt.Println("pid below 10", os.Getpid() < 10)
                interfaces, err := net.Interfaces()
                fmt.Println("interfaces", len(interfaces), err)
                entries, _ := os.ReadDir("/")
                names := []string{}
                for _, entry := range entries {
                    names = append(names, entry.Name())
                }
                fmt.Println("root", strings.Join(names, " "))
                fmt.Println("environment", strings.Join(os.Environ(), " "))
                fmt.Println("read-only", os.WriteFile("/new", nil, 0600) != nil)
                fmt.Println("written", os.WriteFile("/build/out", []byte("made"), 0600))
                if len(os.Args) > 1 {
                    fmt.Println("gives up")
                    os.Exit(9)
                }
            }
            """;

    @TempDir
    Path directory;

    private Path build;
    private Sandbox sandbox;

    @BeforeEach
    void aRoot() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Sandbox.prepare(root);
        Path source = Files.createDirectory(directory.resolve("source"));
        Files.writeString(source.resolve("main.go"), PROGRAM);
        Files.writeString(source.resolve("go.mod"), "module show\n\ngo 1.21\n");
        new Command(source, Map.of("PATH", "/usr/bin:/bin", "HOME", directory.toString(), "CGO_ENABLED", "0", "GOTOOLCHAIN", "local",
                        "GOFLAGS", "-modcacherw"), GoToolchain.program().orElseThrow().toString(), "build", "-o", root.resolve("show").toString(), ".")
                .run(line -> {});
        build = Files.createDirectory(directory.resolve("build"));
        sandbox = new Sandbox(root, Files.createDirectory(directory.resolve("work"))).writable(build, "/build");
    }

    @Test
    void aCommandSeesItsRootAndNothingOfThisMachine() throws Exception {
        List<String> lines = new ArrayList<>();
        sandbox.run(Map.of("GIVEN", "this"), lines::add, "/show");
        assertThat(lines).contains(
                "host enclaveos", "user 0 0", "pid below 10 true", "root build cache dev go show tmp", "read-only true", "written <nil>");
        assertThat(lines).filteredOn(line -> line.startsWith("interfaces")).singleElement().asString().matches("interfaces [01] .*");
        assertThat(lines).filteredOn(line -> line.startsWith("environment")).singleElement().asString()
                .contains("GIVEN=this")
                .doesNotContain("HOME=", "USER=", "JAVA");
        assertThat(build.resolve("out")).hasContent("made");
        assertThatThrownBy(() -> sandbox.run(Map.of(), line -> {}, "/show", "fail"))
                .isInstanceOf(EnclaveOsBuildException.class)
                .hasMessageContaining("/show fail failed with 9")
                .hasMessageContaining("gives up");
    }
}
