package co.caution.attestation;

import co.caution.eif.Measurements;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Writes what fuzzing starts from: documents, certificates and messages of our own making. Run by hand when a format changes. */
final class SeedCorpus {

    private static final Path RESOURCES = Path.of("src/test/resources/co/caution/attestation");

    private SeedCorpus() {}

    static void main() throws Exception {
        SecureRandom random = new SecureRandom();
        Instant now = Instant.parse("2026-05-04T12:00:00Z");
        Measurements measured = new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96));
        LocalRoot root = LocalRoot.inMemory(now, random);
        SoftwareNsm nsm = new SoftwareNsm(root, measured, "i-0123456789abcdef0-enc0123456789abcdef", () -> now, random);
        NsmRequest attestation = new NsmRequest.Attestation(Optional.of("app:x".getBytes(StandardCharsets.US_ASCII)),
                Optional.of(new byte[] {1, 2, 3}), Optional.of(new byte[0]));
        byte[] document = ((NsmResponse.Attestation) NsmResponse.decode(nsm.handle(attestation.encode()))).document();
        byte[] payload = CoseSign1.read(document).payload();
        AttestationDocument read = DocumentReader.read(payload);

        seed("CborFuzzTest", "cbor_is_read_or_refused", "envelope", document);
        seed("CborFuzzTest", "cbor_is_read_or_refused", "payload", payload);
        seed("EnvelopeFuzzTest", "envelopes_are_read_in_one_way", "document", document);
        seed("EnvelopeFuzzTest", "envelopes_are_read_in_one_way", "small", CoseSign1.write(new byte[] {1}, new byte[96]));
        seed("DocumentFuzzTest", "payloads_are_read_or_refused", "payload", payload);
        seed("EvidenceFuzzTest", "nothing_is_evidence", "document", document);
        for (int i = 0; i < 4; i++) {
            seed("CertificateFuzzTest", "certificates_are_read_or_refused", "authority-" + i, read.cabundle().get(i));
        }
        seed("CertificateFuzzTest", "certificates_are_read_or_refused", "leaf", read.certificate());
        NsmRequest[] requests = {attestation, new NsmRequest.DescribeNsm(), new NsmRequest.DescribePcr(0), new NsmRequest.GetRandom(),
            new NsmRequest.ExtendPcr(16, new byte[] {1}), new NsmRequest.LockPcr(16), new NsmRequest.LockPcrs(17)};
        for (NsmRequest request : requests) {
            String name = request.getClass().getSimpleName();
            seed("NsmFuzzTest", "every_request_has_an_answer", "request-" + name, request.encode());
            seed("NsmFuzzTest", "every_request_has_an_answer", "response-" + name, nsm.handle(request.encode()));
        }
        String lines = "PCR0: " + measured.pcr0() + "\nPCR1: " + measured.pcr1() + " # one\n" + measured.pcr2() + " PCR2\n";
        String json = "{\"pcr0\": \"%s\", \"pcr1\": \"%s\", \"pcr2\": \"%s\"}".formatted(measured.list().toArray());
        seed("PcrFileFuzzTest", "files_are_read_or_refused", "lines", lines.getBytes(StandardCharsets.US_ASCII));
        seed("PcrFileFuzzTest", "files_are_read_or_refused", "json", json.getBytes(StandardCharsets.US_ASCII));
        seed("PcrFileFuzzTest", "files_are_read_or_refused", "nested",
                ("{\"Measurements\": " + json.replace("{", "{\"HashAlgorithm\": \"Sha384 { ... }\", ") + "}").getBytes(StandardCharsets.US_ASCII));
        seed("EncodedDocumentFuzzTest", "every_form_gives_the_same_bytes", "raw", payload);
        seed("EncodedDocumentFuzzTest", "every_form_gives_the_same_bytes", "hex", HexFormat.of().formatHex(payload).getBytes(StandardCharsets.US_ASCII));
        seed("EncodedDocumentFuzzTest", "every_form_gives_the_same_bytes", "base64", Base64.getMimeEncoder().encode(payload));
        System.out.println("the root in EvidenceFuzzTest is " + root.trustRoot().fingerprint());
    }

    private static void seed(String test, String method, String name, byte[] bytes) throws IOException {
        Path folder = Files.createDirectories(RESOURCES.resolve(test + "Inputs").resolve(method));
        Files.write(folder.resolve(name), bytes);
    }
}
