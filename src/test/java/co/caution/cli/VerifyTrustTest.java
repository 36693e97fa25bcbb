package co.caution.cli;

import static co.caution.cli.ActedOperator.answer;
import static co.caution.cli.ActedOperator.bindings;
import static co.caution.cli.ActedOperator.bound;
import static co.caution.cli.ActedOperator.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import co.caution.attestation.LocalRoot;
import co.caution.build.BuildHome;
import co.caution.build.BuildLimits;
import co.caution.build.BuildListener;
import co.caution.build.BuiltImage;
import co.caution.build.Pipeline;
import co.caution.cli.Person.Said;
import co.caution.eif.Measurements;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.verify.AppSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;

/** What a person's own configuration adds to a verification: their root, their rules, their memory, and reports for CI. */
class VerifyTrustTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Measurements MEASURED = new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96));
    private static final String PROCFILE = "run: /app\noci-tarball: image.tar\nports: 8080\n";

    @TempDir
    static Path shared;

    private static LocalRoot root;
    private static EnclaveOsRelease os;
    private static Path source;
    private static BuiltImage signed;

    @TempDir
    Path directory;

    private ActedOperator operator;
    private Person person;

    @BeforeAll
    static void aSignedApp() throws Exception {
        root = LocalRoot.inMemory(Instant.now().minus(Duration.ofDays(1)), RANDOM);
        os = TinyEnclaveOs.in(shared.resolve("os"), "an agent");
        Person author = new Person(shared.resolve("author"), "http://localhost:9");
        Path key = author.key("id_ed25519");
        source = author.in(shared.resolve("app")).directory;
        author.git("init", "-q", "-b", "main");
        author.write("Procfile", PROCFILE);
        TinyApp.writeImage(source.resolve(TinyApp.IMAGE), "a program");
        author.git("add", "-A");
        author.git("-c", "gpg.format=ssh", "-c", "user.signingkey=" + key, "commit", "-q", "-S", "-m", "The app");
        try (AppSource app = AppSource.checkout(source, "here", AppSource.HEAD).orElseThrow()) {
            signed = new Pipeline(new BuildHome(shared.resolve("builds")), os, BuildLimits.defaults())
                    .build(app.repository(), app.commit(), shared.resolve("stage"), BuildListener.SILENT);
        }
    }

    @BeforeEach
    void start() throws Exception {
        operator = new ActedOperator(root, RANDOM);
        person = new Person(directory, "http://localhost:9");
        person.write("root.pem", root.pem()).write("pcrs", pcrs(MEASURED));
        runs(MEASURED, "");
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    private static String pcrs(Measurements measured) {
        return "PCR0: " + measured.pcr0() + "\nPCR1: " + measured.pcr1() + "\nPCR2: " + measured.pcr2() + "\n";
    }

    /** @param egress of the manifest, as JSON strings */
    private void runs(Measurements measured, String egress) {
        byte[] manifest = new String(signed.manifestJson(), StandardCharsets.UTF_8)
                .replace("\"egress\":[]", "\"egress\":[" + egress + "]").getBytes(StandardCharsets.UTF_8);
        operator.does((exchange, nonce) -> send(exchange, 200,
                answer(operator.document(measured, nonce, bindings(manifest)), manifest, manifest, os.digest())));
    }

    private String url() {
        return operator.url();
    }

    private Said quick(String... more) {
        return person.caution(Stream.concat(Stream.of("verify", "--url", url(), "--pcrs", "pcrs"), Arrays.stream(more)).toArray(String[]::new));
    }

    private Said full(String... more) {
        return person.caution(Stream.concat(Stream.of("verify", "--url", url(), "--source", source.toString(),
                "--lock", shared.resolve("os/enclaveos.lock").toString(), "--enclaveos", shared.resolve("os").toString()), Arrays.stream(more))
                .toArray(String[]::new));
    }

    private void pin() {
        assertThat(person.caution("trust", "pin", url(), root.trustRoot().fingerprint()).exitCode()).isZero();
    }

    @Test
    void onlyARootThatThisPersonPinnedForThisPlaceCountsAndNoneThatIsOffered() throws Exception {
        assertThat(quick("--allow-simulated").exitCode()).as("nobody named its root").isEqualTo(3);
        assertThat(quick("--trust-root", "root.pem").exitCode()).isEqualTo(5);
        assertThat(quick("--trust-root", root.trustRoot().fingerprint(), "--allow-simulated").exitCode()).as("by its fingerprint").isZero();
        person.caution("trust", "pin", url().replace("127.0.0.1", "localhost"), root.trustRoot().fingerprint());
        person.caution("trust", "pin", url() + "/other", root.trustRoot().fingerprint());
        assertThat(quick().exitCode()).as("pinned elsewhere").isEqualTo(3);
        // A checkout may say what it likes, as may whoever serves it.
        person.write(".caution/config/trust/x.json", "{}").write(".caution/deployment.json",
                "{\"attestation_url\":\"" + url() + "\",\"trust_root\":\"" + root.trustRoot().fingerprint() + "\"}");
        person.git("init", "-q");
        assertThat(person.caution("verify", "--pcrs", "pcrs").exitCode()).isEqualTo(3);
        person.caution("trust", "pin", url().replace("http:", "HTTP:") + "/", root.trustRoot().fingerprint());
        assertThat(quick().exitCode()).as("pinned, in another spelling").isZero();
    }

    @Test
    void whatChangedSinceTheLastTimeIsSaidInWords() throws Exception {
        pin();
        assertThat(quick().out()).contains("Verified here for the first time");
        assertThat(quick().out()).contains("Nothing changed since a moment ago.");
        var next = new Measurements("1".repeat(96), "b".repeat(96), "2".repeat(96));
        runs(next, "\"api.example.com:443\"");
        Said unexpected = quick();
        assertThat(unexpected.exitCode()).isEqualTo(2);
        assertThat(unexpected.out()).contains("Last verified a moment ago.").doesNotContain("gained");
        person.write("pcrs", pcrs(next));
        assertThat(quick().out()).contains("Since a moment ago: ", "egress gained api.example.com:443.");
        JsonNode shown = person.caution("trust", "show", url(), "--json").json();
        assertThat(shown.path("history").size()).isEqualTo(2);
        assertThat(shown.at("/history/0/app/egress/0").asString()).isEqualTo("api.example.com:443");
        assertThat(shown.at("/history/1/pcrs/pcr0").asString()).isEqualTo(MEASURED.pcr0());
    }

    @Test
    void whatIsNotRememberedIsTrueAllTheSame() throws Exception {
        pin();
        person.write("blocked", "a file where a directory should be");
        person.environment.put("CAUTION_CONFIG", directory.resolve("blocked").toString());
        Said said = quick("--trust-root", "root.pem", "--allow-simulated");
        assertThat(said.exitCode()).isZero();
        assertThat(said.err()).contains("WARNING: what was verified is not remembered");
    }

    @Test
    void everyRuleThatIsBrokenIsNamedAtOnce() throws Exception {
        pin();
        runs(MEASURED, "\"api.example.com:443\",\"evil.example.net:25\"");
        person.write("policy.json", """
                {"version": 1, "roots": ["aws"], "pcrs": [{"pcr0": "%s"}], "egress": ["*.example.com:443"], "ports": [8080], "not_root": true,
                 "max_memory_mb": 16, "max_age_seconds": 300, "no_debug": true, "channel_bound": true, "kernel_at_least": "6.12",
                 "commit_signed_by": []}""".formatted("f".repeat(96)));
        Said said = quick("--policy", "policy.json");
        assertThat(said.exitCode()).isEqualTo(5);
        assertThat(said.err()).contains("roots: ", "pcrs: ", "egress: the application may reach evil.example.net:25;", "max_memory_mb: ",
                "channel_bound: ", "kernel_at_least: no lock that you know", "commit_signed_by: no commit was rebuilt")
                .doesNotContain("ports: ", "max_age_seconds: ", "no_debug: ");
        JsonNode json = quick("--policy", "policy.json", "--json").json();
        assertThat(json.path("verdict").asString()).isEqualTo("policy_not_met");
        assertThat(json.path("violations").valueStream().map(one -> one.path("rule").asString()).toList())
                .contains("roots", "pcrs", "egress", "max_memory_mb", "channel_bound", "kernel_at_least", "commit_signed_by");
        assertThat(person.caution("trust", "show", url(), "--json").json().path("history").isEmpty()).as("it was not verified").isTrue();
    }

    @Test
    void aPolicyThatIsKeptHoldsWithoutBeingNamedAndOneThatIsNamedHoldsBesideIt() throws Exception {
        pin();
        person.write("memory.json", "{\"version\":1,\"max_memory_mb\":16}").write("roots.json", "{\"version\":1,\"roots\":[\"aws\"]}");
        Said kept = person.caution("trust", "policy", url(), "memory.json");
        assertThat(kept.out()).as(kept.all()).contains("max_memory_mb");
        assertThat(quick().err()).contains("max_memory_mb: ");
        assertThat(quick("--policy", "roots.json").err()).contains("max_memory_mb: ", "roots: ");
        person.caution("trust", "policy", url(), "--remove");
        assertThat(quick().exitCode()).isZero();
        Said wrong = quick("--policy", "nowhere.json");
        assertThat(wrong.exitCode()).isEqualTo(64);
    }

    @Test
    void aPolicyAddsToWhatLacksHardwareAndExcusesNothing() throws Exception {
        person.write("policy.json", "{\"version\":1,\"roots\":[\"" + root.trustRoot().fingerprint() + "\"],\"max_memory_mb\":16}");
        assertThat(quick("--policy", "policy.json").exitCode()).as("a root in a policy is not thereby accepted").isEqualTo(3);
        Said said = quick("--policy", "policy.json", "--trust-root", "root.pem");
        assertThat(said.exitCode()).isEqualTo(5);
        assertThat(said.err()).contains("simulated: ", "max_memory_mb: ");
    }

    @Test
    void whoSignedTheCommitIsSaidAndCanBeDemanded() throws Exception {
        pin();
        operator.runs(signed, os.digest());
        String key = Files.readString(shared.resolve("author/.ssh/id_ed25519.pub")).strip();
        person.write("signers", "# those who may\nsomebody@localhost namespaces=\"git\" " + key + "\n")
                .write("policy.json", "{\"version\":1,\"commit_signed_by\":[],\"allowed_signers_file\":\"signers\"}")
                .write("others.json", "{\"version\":1,\"commit_signed_by\":[\"SHA256:" + "A".repeat(43) + "\"]}");
        Said unknown = full();
        assertThat(unknown.exitCode()).as(unknown.all()).isZero();
        assertThat(unknown.out()).contains("Signature: signed by an unknown key, SHA256:");
        Said said = full("--policy", "policy.json");
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.out()).contains("Signature: signed by somebody@localhost, SHA256:");
        Said others = full("--policy", "others.json", "--json");
        assertThat(others.exitCode()).isEqualTo(5);
        assertThat(others.json().at("/commit_signature/state").asString()).isEqualTo("unknown_key");
        assertThat(others.json().at("/violations/0/rule").asString()).isEqualTo("commit_signed_by");
        JsonNode seen = person.caution("trust", "show", url(), "--json").json().at("/history/0");
        assertThat(seen.path("commit").asString()).hasSize(40);
        assertThat(seen.path("lock").asString()).isEqualTo(os.digest());
    }

    @Test
    void aCommitThatWasChangedAfterItWasSignedIsSaidLoudly() throws Exception {
        pin();
        operator.runs(signed, os.digest());
        Path copy = directory.resolve("copy");
        person.git("clone", "-q", source.toString(), copy.toString());
        person.in(copy);
        person.write("raw", person.git("cat-file", "commit", "HEAD").replace("The app", "Another app"));
        String forged = person.git("hash-object", "-t", "commit", "-w", "raw").strip();
        person.in(directory);
        Said said = person.caution("verify", "--url", url(), "--source", copy.toString(), "--commit", forged,
                "--lock", shared.resolve("os/enclaveos.lock").toString(), "--enclaveos", shared.resolve("os").toString());
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.err()).contains("WARNING: commit " + forged, "BAD SIGNATURE");
        assertThat(said.out()).contains("Signature: BAD SIGNATURE");
    }

    @Test
    void nothingThatAStrangerWroteLooksLikeALineOfOurs() throws Exception {
        pin();
        String fake = "\\r\\n✓ Attestation verification PASSED\\n";
        String hints = ",\"source\":\"" + "x".repeat(9_000) + "\"";
        operator.does((exchange, nonce) -> send(exchange, 200, bound(operator.document(MEASURED, nonce, bindings(signed.manifestJson())),
                bindings(signed.manifestJson()), signed.manifestJson(), "x" + fake, hints)));
        Said quick = quick();
        assertThat(quick.out().lines().filter(line -> line.startsWith("  App source: "))).singleElement(STRING).endsWith("… (unverified)");
        operator.does((exchange, nonce) -> send(exchange, 200, ("{\"a" + fake + "\":1,\"a" + fake + "\":2}").getBytes(StandardCharsets.UTF_8)));
        assertThat(quick().exitCode()).isEqualTo(3);
        assertThat(quick().all().lines()).noneMatch(line -> line.startsWith("✓ Attestation verification PASSED"));
        operator.does((exchange, nonce) -> send(exchange, 418, "\r\n✓ Attestation verification PASSED\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(quick().err().lines().toList()).as("one line").hasSize(1);
    }

    @Test
    void theSummaryIsOneLine() {
        pin();
        Said said = quick("--summary");
        assertThat(said.out()).isEqualTo("verdict=verified exit_code=0 simulated=true debug=false channel=not_bound pcr0=" + MEASURED.pcr0()
                + " commit=- violations=- url=" + url() + "\n");
        operator.close();
        assertThat(quick("--summary").out()).startsWith("verdict=unreachable exit_code=4 simulated=- ").hasLineCount(1);
        assertThat(quick("--summary", "--json").exitCode()).isEqualTo(64);
    }

    @Test
    void theReportForCiHasACaseForEachStepAndRule() throws Exception {
        pin();
        person.write("policy.json", "{\"version\":1,\"max_memory_mb\":16,\"not_root\":true}");
        assertThat(quick("--junit", "report.xml").exitCode()).isZero();
        Document verified = report();
        assertThat(count(verified, "failures", "errors")).isZero();
        assertThat(outcome(verified, "PCR1")).isEqualTo("passed");
        assertThat(outcome(verified, "the application's channel is bound")).isEqualTo("skipped");
        assertThat(outcome(verified, "it can be reproduced")).as("nothing was rebuilt").isEqualTo("skipped");
        assertThat(outcome(verified, "the source is the one that was reviewed")).isEqualTo("skipped");
        assertThat(person.caution("verify", "--url", url(), "--junit", "report.xml").exitCode()).isEqualTo(7);
        assertThat(count(report(), "failures")).as("compared with nothing is not good").isEqualTo(1);
        assertThat(quick("--junit", "report.xml", "--policy", "policy.json").exitCode()).isEqualTo(5);
        Document broken = report();
        assertThat(outcome(broken, "max_memory_mb")).isEqualTo("failure");
        assertThat(outcome(broken, "not_root")).isEqualTo("passed");
        person.write("pcrs", pcrs(MEASURED).replace("b", "d"));
        assertThat(quick("--junit", "report.xml").exitCode()).isEqualTo(2);
        assertThat(outcome(report(), "PCR1")).isEqualTo("failure");
        assertThat(outcome(report(), "PCR2")).isEqualTo("passed");
        person.caution("trust", "forget", url());
        assertThat(quick("--junit", "report.xml").exitCode()).isEqualTo(3);
        assertThat(outcome(report(), "rule 6 root: a chain from a root that was named beforehand")).isEqualTo("failure");
        assertThat(outcome(report(), "rule 10 signature: a signature by the leaf over the bytes received")).isEqualTo("skipped");
        operator.does((exchange, nonce) -> send(exchange, 418, "\u001b[2J<&\"\u0000".getBytes(StandardCharsets.UTF_8)));
        assertThat(quick("--junit", "report.xml").exitCode()).isEqualTo(4);
        assertThat(outcome(report(), "the endpoint answers")).isEqualTo("failure");
        assertThat(person.caution("verify", "--url", url(), "--source", "nowhere", "--junit", "report.xml").exitCode()).isNotZero();
        assertThat(outcome(report(), "verification")).isEqualTo("error");
        assertThat(quick("--junit", "nowhere/report.xml").exitCode()).isEqualTo(64);
    }

    /** Valid, or it is no report. */
    private Document report() throws Exception {
        Path file = directory.resolve("report.xml");
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(VerifyTrustTest.class.getResource("junit.xsd"))
                .newValidator().validate(new StreamSource(file.toFile()));
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static int count(Document report, String... attributes) {
        return List.of(attributes).stream().mapToInt(name -> Integer.parseInt(report.getDocumentElement().getAttribute(name))).sum();
    }

    private static String outcome(Document report, String name) {
        var cases = report.getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            var one = (Element) cases.item(i);
            if (one.getAttribute("name").equals(name)) {
                return one.getElementsByTagName("*").getLength() == 0 ? "passed" : one.getElementsByTagName("*").item(0).getNodeName();
            }
        }
        throw new AssertionError("no case " + name);
    }
}
