package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.LocalRoot;
import co.caution.attestation.NsmRequest;
import co.caution.attestation.NsmResponse;
import co.caution.attestation.SoftwareNsm;
import co.caution.eif.Measurements;
import co.caution.project.DeploymentFile;
import com.sun.net.httpserver.HttpServer;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code verify --pcrs} runs wherever a JDK does: no other program, nothing that only Linux or POSIX has. */
class VerifyIsPlainJavaTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Measurements MEASURED = new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96));
    private static final Pattern LOADED = Pattern.compile("\\[class,load] (\\S+) source:");

    /**
     * Beginnings of names of classes that start programs, build or run enclaves, or know of POSIX. (Whoever reads a variable
     * of the environment loads ProcessImpl; without a ProcessBuilder it starts nothing. What is kept gets permissions where there are
     * any; the other test has a file system without.)
     */
    private static final List<String> FORBIDDEN = List.of(
            "java.lang.ProcessBuilder", "java.lang.ProcessHandle", "java.lang.foreign.",
            "java.net.UnixDomainSocketAddress",
            "com.sun.jna.", "org.eclipse.jgit.", "org.springframework.", "org.apache.sshd.",
            "co.caution.hosting.", "co.caution.git.", "co.caution.app.", "co.caution.enclaveos.",
            "co.caution.cli.Git", "co.caution.cli.Program", "co.caution.cli.LocalBuild", "co.caution.build.Sandbox",
            "co.caution.build.Command", "co.caution.build.Work");

    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path directory;

    @Test
    void knownPcrsAreComparedWithoutAnotherProgramGitOrPosix() throws Exception {
        Instant now = Instant.now();
        LocalRoot root = LocalRoot.inMemory(now.minus(Duration.ofDays(1)), random);
        var nsm = new SoftwareNsm(root, MEASURED, "i-0123456789abcdef0-enc0123456789abcdef", Instant::now, random);
        HttpServer enclave = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        enclave.createContext("/attestation", exchange -> {
            try (exchange) {
                byte[] nonce = Base64.getDecoder().decode(
                        JSON.readTree(exchange.getRequestBody().readAllBytes()).path("nonce").asString());
                byte[] body = JSON.writeValueAsBytes(Map.of("document", Base64.getEncoder().encodeToString(document(nsm, nonce))));
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        enclave.start();
        try {
            Path good = Files.writeString(directory.resolve("good.txt"),
                    "PCR0: " + MEASURED.pcr0() + "\nPCR1: " + MEASURED.pcr1() + "\nPCR2: " + MEASURED.pcr2() + "\n");
            Path pem = Files.writeString(directory.resolve("root.pem"), root.pem());
            Path classes = directory.resolve("classes.txt");
            Path empty = Files.createDirectory(directory.resolve("empty"));
            var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:class+load:file=" + classes + ":tags",
                    "-cp", System.getProperty("java.class.path"), "co.caution.cli.Caution",
                    "verify", "--pcrs", good.toString(), "--trust-root", pem.toString(), "--allow-simulated", "--json",
                    "--attestation-url", "http://127.0.0.1:" + enclave.getAddress().getPort() + "/attestation")
                    .directory(empty.toFile());
            builder.environment().clear(); // no PATH, so that no program is found
            builder.environment().put("CAUTION_CONFIG", empty.resolve("config").toString());
            Process verify = builder.redirectErrorStream(true).start();
            String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(verify.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(verify.exitValue()).as(said).isZero();
            assertThat(JSON.readTree(said).path("verdict").asString()).isEqualTo("verified");
            assertThat(Files.list(empty)).as("it writes nothing but what it saw there").containsExactly(empty.resolve("config"));

            Set<String> loaded = loaded(classes);
            assertThat(loaded).contains("co.caution.verify.Verification", "co.caution.attestation.Evidence");
            assertThat(loaded.stream().filter(name -> FORBIDDEN.stream().anyMatch(name::startsWith))).isEmpty();
            nothingThatRanCouldStartAProgram(loaded);
        } finally {
            enclave.stop(0);
        }
    }

    /** Also on the ways that this run did not take; the other commands are only looked at, to know their options. */
    private static void nothingThatRanCouldStartAProgram(Set<String> loaded) {
        JavaClasses rooms = new ClassFileImporter().importPackages(
                "co.caution.attestation", "co.caution.eif", "co.caution.verify", "co.caution.project");
        ArchRuleDefinition.noClasses()
                .that(DescribedPredicate.describe("ran", type -> loaded.contains(type.getName())))
                .should().dependOnClassesThat().haveNameMatching("java\\.lang\\.(ProcessBuilder|ProcessHandle|Runtime)(\\$.*)?")
                .orShould().dependOnClassesThat().haveSimpleName("PosixFileAttributes")
                .check(rooms);
    }

    @Test
    void whatIsKeptIsKeptOnFileSystemsWithoutPermissionsToo() throws Exception {
        try (FileSystem plain = FileSystems.newFileSystem(URI.create("jar:" + directory.resolve("plain.zip").toUri()), Map.of("create", "true"))) {
            assertThat(plain.supportedFileAttributeViews()).doesNotContain("posix");
            var pins = new PinnedRoots(plain.getPath("/config"));
            pins.pin("http://127.0.0.1:1/attestation", PinnedRoots.simulated("a".repeat(64)));
            pins.pin("http://127.0.0.1:2/attestation", PinnedRoots.simulated("b".repeat(64)));
            assertThat(pins.of("http://127.0.0.1:1/attestation/")).isPresent();
            assertThat(pins.count()).isEqualTo(2);
            var logins = new Logins(plain.getPath("/config"));
            logins.save("http://localhost:1", new Logins.Login("caution_x", "alice", true));
            assertThat(logins.of("http://localhost:1")).contains(new Logins.Login("caution_x", "alice", true));
            DeploymentFile.empty().withServer("http://localhost:1").write(plain.getPath("/"));
            assertThat(DeploymentFile.read(plain.getPath("/")).server()).isEqualTo("http://localhost:1");
        }
    }

    private static byte[] document(SoftwareNsm nsm, byte[] nonce) throws IOException {
        try {
            var request = new NsmRequest.Attestation(Optional.empty(), Optional.of(nonce), Optional.empty());
            return ((NsmResponse.Attestation) NsmResponse.decode(nsm.handle(request.encode()))).document();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static Set<String> loaded(Path log) throws IOException {
        var names = new TreeSet<String>();
        LOADED.matcher(Files.readString(log)).results().forEach(match -> names.add(match.group(1)));
        return names;
    }
}
