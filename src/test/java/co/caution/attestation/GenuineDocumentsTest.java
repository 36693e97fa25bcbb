package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.Comparison.Differs;
import co.caution.attestation.Comparison.Match;
import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Evidence.Refused;
import co.caution.eif.Vectors;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every collected document gets the verdict that it must get, at its own time. */
class GenuineDocumentsTest {

    private static final List<TrustRoot> AWS = List.of(TrustRoot.awsCommercial());

    static Stream<Arguments> accepted() {
        return index("accept");
    }

    static Stream<Arguments> refused() {
        return index("refuse");
    }

    private static Stream<Arguments> index(String outcome) {
        Path folder = Vectors.folder();
        List<Arguments> rows = new ArrayList<>();
        for (JsonNode row : JsonMapper.shared().readTree(folder.resolve("index.json").toFile())) {
            if (row.get("outcome").asString().equals(outcome)) {
                rows.add(Arguments.of(row.get("file").asString(), row));
            }
        }
        return rows.stream();
    }

    /** Reported as skipped where the folder is missing; parameterized tests alone would vanish without a word. */
    @Test
    void the_documents_are_there() {
        assertThat(accepted()).hasSizeGreaterThanOrEqualTo(18);
        assertThat(refused()).hasSizeGreaterThanOrEqualTo(4);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void genuine_documents_are_accepted_at_their_time_and_only_then(String file, JsonNode row) throws Exception {
        byte[] document = Files.readAllBytes(Vectors.folder().resolve(file));
        Instant at = Instant.parse(row.get("verify_at").asString());
        boolean debug = row.get("mode").asString().equals("debug");

        Genuine genuine = (Genuine) check(document, at, Duration.ofMinutes(1), debug);
        assertThat(genuine.debug()).isEqualTo(debug);
        assertThat(genuine.simulated()).isFalse();
        assertThat(genuine.root().name()).contains("AWS");

        assertThat(check(document, at.plus(Duration.ofHours(12)), Duration.ofDays(9999), debug)).isInstanceOf(Refused.class);
        assertThat(check(document, at.minus(Duration.ofHours(12)), Duration.ofDays(9999), debug)).isInstanceOf(Refused.class);
        assertThat(check(document, Instant.now(), Duration.ofDays(9999), debug)).isInstanceOf(Refused.class);
        Genuine archived = (Genuine) Evidence.checkArchived(document, AWS, nonce(row), debug);
        assertThat(archived.archived()).isTrue();
        assertThat(archived.checkedAt()).isEqualTo(at);
        if (debug) {
            assertThat(check(document, at, Duration.ZERO, false)).isInstanceOfSatisfying(Refused.class,
                    refused -> assertThat(refused.rule()).isEqualTo(Rule.DEBUG));
        }

        SortedMap<Integer, String> expected = new TreeMap<>();
        for (int i = 0; i <= 2; i++) {
            expected.put(i, row.get("pcr" + i).asString());
        }
        assertThat(genuine.compare(new ExpectedPcrs(expected))).isEqualTo(new Match());
        for (int i = 0; i <= 2; i++) {
            SortedMap<Integer, String> other = new TreeMap<>(expected);
            other.compute(i, (index, value) -> (value.charAt(95) == '0' ? "1" : "0") + value.substring(1));
            other.compute(i, (index, value) -> value.equals(expected.get(index)) ? "f" + value.substring(1) : value);
            int register = i;
            assertThat(genuine.compare(new ExpectedPcrs(other))).isInstanceOfSatisfying(Differs.class, differs ->
                    assertThat(differs.differences()).singleElement().satisfies(d -> {
                        assertThat(d.register()).isEqualTo(register);
                        assertThat(d.actual()).contains(expected.get(register));
                    }));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void what_they_say_is_read_as_it_is(String file, JsonNode row) throws Exception {
        AttestationDocument document =
                AttestationDocument.readUnverified(Files.readAllBytes(Vectors.folder().resolve(file)));
        assertThat(document.moduleId()).isEqualTo(row.get("module_id").asString());
        assertThat(document.timestamp().toEpochMilli()).isEqualTo(row.get("timestamp").asLong());
        assertThat(document.pcrs()).hasSize(row.get("pcr_entries").asInt());
        for (var register : row.get("other_pcrs").properties()) {
            assertThat(document.pcrs()).containsEntry(Integer.valueOf(register.getKey()), register.getValue().asString());
        }
        assertThat(length(document.publicKey())).isEqualTo(length(row, "public_key_bytes"));
        assertThat(length(document.userData())).isEqualTo(length(row, "user_data_bytes"));
        assertThat(length(document.nonce())).isEqualTo(length(row, "nonce_bytes"));
        assertThat(document.nonce().map(HexFormat.of()::formatHex)).isEqualTo(
                row.get("nonce").isNull() ? Optional.empty() : Optional.of(row.get("nonce").asString()));
        assertThat(document.instanceMeasured()).isTrue();
        assertThat(document.unknownKeys()).isEmpty();
    }

    /** The same verdicts from code that shares nothing with ours: the JDK's path validator and its raw ECDSA. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void the_jdk_agrees_about_chain_and_signature(String file, JsonNode row) throws Exception {
        byte[] bytes = Files.readAllBytes(Vectors.folder().resolve(file));
        CoseSign1 envelope = CoseSign1.read(bytes);
        AttestationDocument document = DocumentReader.read(envelope.payload());
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> path = new ArrayList<>();
        for (byte[] der : document.cabundle()) {
            path.addFirst((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        X509Certificate root = path.removeLast();
        path.addFirst((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(document.certificate())));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(document.timestamp()));
        CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(path), parameters);

        Signature jca = Signature.getInstance("SHA384withECDSAinP1363Format");
        jca.initVerify(path.getFirst().getPublicKey());
        // Sig_structure by hand, from offsets: 84 44 a1013822 a0, 59 LLLL payload, 58 60 signature.
        int length = (bytes[8] & 0xff) << 8 | bytes[9] & 0xff;
        assertThat(bytes).hasSize(10 + length + 2 + 96);
        jca.update(HexFormat.of().parseHex("846a" + HexFormat.of().formatHex("Signature1".getBytes()) + "44a101382240"));
        jca.update(bytes, 7, 3 + length);
        assertThat(jca.verify(bytes, bytes.length - 96, 96)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void hostile_documents_are_refused_for_what_is_wrong_with_them(String file, JsonNode row) throws Exception {
        byte[] document = Files.readAllBytes(Vectors.folder().resolve(file));
        Instant at = Instant.parse(row.get("verify_at").asString());
        assertThat(check(document, at, Duration.ofDays(9999), true)).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.rule().reason()).as(refused.toString()).isEqualTo(row.get("reason").asString()));
        assertThat(Evidence.checkArchived(document, AWS, Optional.empty(), true)).isInstanceOf(Refused.class);
    }

    private static Evidence check(byte[] document, Instant at, Duration window, boolean debug) {
        return Evidence.check(document, AWS, Optional.empty(), at, window, debug);
    }

    private static Optional<byte[]> nonce(JsonNode row) {
        return row.get("nonce").isNull() ? Optional.empty()
                : Optional.of(HexFormat.of().parseHex(row.get("nonce").asString()));
    }

    private static int length(Optional<byte[]> field) {
        return field.map(bytes -> bytes.length).orElse(-1);
    }

    private static int length(JsonNode row, String key) {
        return row.get(key).isNull() ? -1 : row.get(key).asInt();
    }
}
