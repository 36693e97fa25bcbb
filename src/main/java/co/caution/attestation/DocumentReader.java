package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

import co.caution.attestation.CborItem.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Rule 5: from the signed payload to a document. The limits are AWS's where real documents agree, else ours. */
final class DocumentReader {

    static final Pattern MODULE_ID = Pattern.compile("i-[0-9a-f]+-enc[0-9a-f]+");

    private static final Pattern TPM_MODULE_ID = Pattern.compile("i-[0-9a-f]+-tpm[0-9a-f]*");

    static final int MAX_USER_DATA = 512;
    static final int MAX_NONCE = 512;
    static final int MAX_PUBLIC_KEY = 1024;

    private static final int REGISTERS = 32;
    private static final int REGISTER_SIZE = 48;
    private static final int MAX_CERTIFICATE = 1024;
    private static final int MAX_BUNDLE = 8;
    private static final Set<String> KNOWN = Set.of("module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle",
            "public_key", "user_data", "nonce");

    private final Map<String, CborItem> fields;

    private DocumentReader(Map<String, CborItem> fields) {
        this.fields = fields;
    }

    static AttestationDocument read(byte[] payload) throws RefusedException {
        return new DocumentReader(fields(payload)).document();
    }

    private static Map<String, CborItem> fields(byte[] payload) throws RefusedException {
        CborItem item;
        try {
            item = CborReader.readDocument(payload, 0);
        } catch (InvalidCborException e) {
            throw new RefusedException(Rule.CBOR, "payload: " + e.getMessage());
        }
        if (!(item instanceof CborItem.Mapping(List<Entry> entries))) {
            throw new RefusedException(Rule.PAYLOAD, "the payload is not a map");
        }
        Map<String, CborItem> fields = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (!(entry.key() instanceof CborItem.Text(String key))) {
                throw new RefusedException(Rule.PAYLOAD, "a key of the payload is not text");
            }
            fields.put(key, entry.value());
        }
        require(!fields.containsKey("nitrotpm_pcrs"), Rule.DOCUMENT_TYPE,
                "this is a NitroTPM document: it attests an EC2 instance, not an enclave");
        return fields;
    }

    private AttestationDocument document() throws RefusedException {
        String moduleId = text("module_id");
        require(!TPM_MODULE_ID.matcher(moduleId).matches(), Rule.DOCUMENT_TYPE,
                "module_id names a NitroTPM: the document attests an EC2 instance, not an enclave");
        require(MODULE_ID.matcher(moduleId).matches(), Rule.PAYLOAD, "module_id is not of the form i-…-enc…");
        require(text("digest").equals("SHA384"), Rule.PAYLOAD, "digest is not SHA384");
        Set<String> unknown = fields.keySet().stream().filter(k -> !KNOWN.contains(k)).collect(Collectors.toSet());
        return new AttestationDocument(moduleId, timestamp(), pcrs(),
                certificate("certificate", mandatory("certificate")), cabundle(),
                optional("public_key", MAX_PUBLIC_KEY), optional("user_data", MAX_USER_DATA),
                optional("nonce", MAX_NONCE), unknown);
    }

    private Instant timestamp() throws RefusedException {
        if (mandatory("timestamp") instanceof CborItem.Unsigned(long millis) && millis > 0) {
            return Instant.ofEpochMilli(millis);
        }
        throw new RefusedException(Rule.PAYLOAD, "timestamp is not a positive number of milliseconds");
    }

    private SortedMap<Integer, String> pcrs() throws RefusedException {
        if (!(mandatory("pcrs") instanceof CborItem.Mapping(List<Entry> entries))) {
            throw new RefusedException(Rule.PAYLOAD, "pcrs is not a map");
        }
        SortedMap<Integer, String> pcrs = new TreeMap<>();
        for (Entry entry : entries) {
            if (!(entry.key() instanceof CborItem.Unsigned(long index)) || index < 0 || index >= REGISTERS) {
                throw new RefusedException(Rule.PAYLOAD, "pcrs has an index that is not 0 to 31");
            }
            if (!(entry.value() instanceof CborItem.Bytes(byte[] value)) || value.length != REGISTER_SIZE) {
                throw new RefusedException(Rule.PAYLOAD, "PCR" + index + " is not 48 bytes");
            }
            pcrs.put((int) index, HexFormat.of().formatHex(value));
        }
        for (int index = 0; index <= 2; index++) {
            require(pcrs.containsKey(index), Rule.PAYLOAD, "PCR" + index + " is missing");
        }
        return pcrs;
    }

    private List<byte[]> cabundle() throws RefusedException {
        if (!(mandatory("cabundle") instanceof CborItem.Array(List<CborItem> items))) {
            throw new RefusedException(Rule.PAYLOAD, "cabundle is not an array");
        }
        require(!items.isEmpty() && items.size() <= MAX_BUNDLE, Rule.PAYLOAD,
                "cabundle has " + items.size() + " certificates, not 1 to " + MAX_BUNDLE);
        List<byte[]> bundle = new ArrayList<>();
        for (CborItem item : items) {
            bundle.add(certificate("cabundle[" + bundle.size() + "]", item));
        }
        return bundle;
    }

    private static byte[] certificate(String name, CborItem item) throws RefusedException {
        if (item instanceof CborItem.Bytes(byte[] der) && der.length >= 1 && der.length <= MAX_CERTIFICATE) {
            return der;
        }
        throw new RefusedException(Rule.PAYLOAD, name + " is not 1 to " + MAX_CERTIFICATE + " bytes");
    }

    /** Absent and null mean the same; empty is a value. */
    private Optional<byte[]> optional(String key, int limit) throws RefusedException {
        return switch (fields.getOrDefault(key, new CborItem.Null())) {
            case CborItem.Null ignored -> Optional.empty();
            case CborItem.Bytes(byte[] value) when value.length <= limit -> Optional.of(value);
            default -> throw new RefusedException(Rule.PAYLOAD, key + " is not null and not 0 to " + limit + " bytes");
        };
    }

    private String text(String key) throws RefusedException {
        if (mandatory(key) instanceof CborItem.Text(String value)) {
            return value;
        }
        throw new RefusedException(Rule.PAYLOAD, key + " is not text");
    }

    private CborItem mandatory(String key) throws RefusedException {
        CborItem item = fields.get(key);
        if (item == null || item instanceof CborItem.Null) {
            throw new RefusedException(Rule.PAYLOAD, key + " is missing");
        }
        return item;
    }
}
