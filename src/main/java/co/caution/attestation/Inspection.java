package co.caution.attestation;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a document says, each value with whether it is signed: whether it lies in what the leaf's signature covers,
 * that signature is right, and the chain above it ends in an accepted root. Where any of that does not hold, every value is
 * unverified. Signed says who said it, at the document's own time; not whether it is so, and not what runs.
 *
 * @param evidence the verdict at the document's own time, debug mode allowed
 */
public record Inspection(Evidence evidence, List<Item> items) {

    public Inspection {
        items = List.copyOf(items);
    }

    /**
     * One value.
     *
     * @param section envelope, payload or a certificate
     */
    public record Item(String section, String name, String value, boolean signed) {}

    /**
     * @param roots under which signatures count
     * @throws InvalidDocumentException where there is nothing to show: the rule among 1 to 5 that is broken
     */
    public static Inspection of(byte[] bytes, List<TrustRoot> roots) throws InvalidDocumentException {
        AttestationDocument document = AttestationDocument.readUnverified(bytes);
        Evidence evidence = Evidence.checkArchived(bytes, roots, Optional.empty(), true);
        Builder out = new Builder(evidence instanceof Evidence.Genuine);
        out.envelope(bytes);
        out.payload(document);
        for (int i = 0; i < document.cabundle().size(); i++) {
            out.certificate("cabundle[" + i + "]", document.cabundle().get(i));
        }
        out.certificate("certificate", document.certificate());
        return new Inspection(evidence, out.items);
    }

    private static final class Builder {

        private final boolean genuine;
        private final List<Item> items = new ArrayList<>();

        Builder(boolean genuine) {
            this.genuine = genuine;
        }

        private void add(String section, String name, String value) {
            items.add(new Item(section, name, value, genuine));
        }

        private void outside(String name, String value) {
            items.add(new Item("envelope", name, value, false));
        }

        /** Only the protected header is part of what is signed. */
        void envelope(byte[] bytes) {
            outside("size", bytes.length + " bytes");
            outside("tag", (bytes[0] & 0xff) == 0xd2 ? "18 (COSE_Sign1)" : "none");
            add("envelope", "protected header", "{1: -35} (ES384)");
            outside("unprotected header", "{}");
            outside("signature", HexFormat.of().formatHex(bytes, bytes.length - 2 * P384.SIZE, bytes.length));
        }

        void payload(AttestationDocument document) {
            String section = "payload";
            add(section, "module_id", document.moduleId());
            add(section, "digest", "SHA384");
            add(section, "timestamp", document.timestamp() + " (" + document.timestamp().toEpochMilli() + ")");
            for (Map.Entry<Integer, String> register : document.pcrs().entrySet()) {
                add(section, "PCR" + register.getKey(), register.getValue());
            }
            add(section, "debug mode", document.debug() ? "yes: PCR0, 1 or 2 is zero" : "no");
            add(section, "instance", document.instanceId() + (document.instanceMeasured()
                    ? " (PCR4 measures it)" : " (PCR4 does not measure it)"));
            optional("public_key", document.publicKey());
            optional("user_data", document.userData());
            optional("nonce", document.nonce());
            document.unknownKeys().stream().sorted().forEach(key -> add(section, "unknown key", key));
        }

        private void optional(String name, Optional<byte[]> value) {
            add("payload", name, value.map(bytes -> bytes.length + " bytes" + (bytes.length == 0 ? "" : ": "
                    + HexFormat.of().formatHex(bytes)) + text(bytes)).orElse("null"));
        }

        private static String text(byte[] bytes) {
            try {
                String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
                return text.isEmpty() || text.chars().anyMatch(Character::isISOControl) ? "" : " (\"" + text + "\")";
            } catch (CharacterCodingException e) {
                return "";
            }
        }

        void certificate(String section, byte[] der) {
            add(section, "size", der.length + " bytes");
            add(section, "sha256", TrustRoot.fingerprint(der));
            try {
                ChainCertificate certificate = ChainCertificate.parse(section, der);
                add(section, "subject", certificate.subject());
                add(section, "issuer", certificate.issuer());
                add(section, "serial", certificate.serial());
                add(section, "valid", certificate.notBefore() + " to " + certificate.notAfter());
            } catch (RefusedException e) {
                add(section, "content", "not shown: " + e.getMessage());
            }
        }
    }
}
