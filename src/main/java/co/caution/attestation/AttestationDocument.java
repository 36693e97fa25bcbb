package co.caution.attestation;

import co.caution.eif.Measurements;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an attestation document says (AWS, {@code attestation_process.md}). Reading one proves nothing; only
 * {@link Evidence#check} does.
 *
 * @param moduleId {@code i-…-enc…}: the parent instance and the enclave on it
 * @param timestamp when the security module signed, in milliseconds
 * @param pcrs registers by number, each 96 lower-case hex digits; only locked ones appear
 * @param certificate the leaf, DER
 * @param cabundle the authorities from the root down, DER
 * @param publicKey up to 1024 bytes of the enclave's choice; may be present and empty, as the next two
 * @param userData up to 512 bytes of the enclave's choice
 * @param nonce up to 512 bytes of the challenger's choice
 * @param unknownKeys keys that this version does not know; signed, but without a meaning here
 */
public record AttestationDocument(
        String moduleId,
        Instant timestamp,
        SortedMap<Integer, String> pcrs,
        byte[] certificate,
        List<byte[]> cabundle,
        Optional<byte[]> publicKey,
        Optional<byte[]> userData,
        Optional<byte[]> nonce,
        Set<String> unknownKeys) {

    private static final String ZERO = "0".repeat(96);

    public AttestationDocument {
        pcrs = Collections.unmodifiableSortedMap(new TreeMap<>(pcrs));
        cabundle = List.copyOf(cabundle);
        unknownKeys = Set.copyOf(unknownKeys);
    }

    /**
     * Reads a document without checking signature, certificates or time, to show what it claims.
     *
     * @throws InvalidDocumentException naming the rule among 1 to 5 that it breaks
     */
    public static AttestationDocument readUnverified(byte[] document) throws InvalidDocumentException {
        try {
            return DocumentReader.read(CoseSign1.read(document).payload());
        } catch (RefusedException e) {
            throw new InvalidDocumentException(e);
        }
    }

    /** PCR0, PCR1 and PCR2; a document without them is never read. */
    public Measurements measurements() {
        return new Measurements(pcrs.get(0), pcrs.get(1), pcrs.get(2));
    }

    /** Whether PCR0, 1 or 2 is zero: debug mode. PCR3 and PCR4 are set there too, so not all registers are zero. */
    public boolean debug() {
        return measurements().list().contains(ZERO);
    }

    /** The parent's EC2 instance, as {@link #moduleId} names it. */
    public String instanceId() {
        return moduleId.substring(0, moduleId.indexOf("-enc"));
    }

    /** Whether PCR4 is the measurement of {@link #instanceId}, as in every genuine document seen. */
    public boolean instanceMeasured() {
        return instancePcr(instanceId()).equals(pcrs.get(4));
    }

    /** Whether the document carries exactly these bytes as user data, in constant time. Presence alone binds nothing. */
    public boolean bindsUserData(byte[] expected) {
        return userData.isPresent() && MessageDigest.isEqual(userData.get(), expected);
    }

    /** Whether the document carries exactly this public key, in constant time. */
    public boolean bindsPublicKey(byte[] expected) {
        return publicKey.isPresent() && MessageDigest.isEqual(publicKey.get(), expected);
    }

    /** PCR4: {@code SHA384(0^48 ‖ instance id in ASCII)}, one hash. */
    static String instancePcr(String instanceId) {
        return HexFormat.of().formatHex(extend(new byte[48], instanceId.getBytes(StandardCharsets.US_ASCII)));
    }

    /** The new value of a register: {@code SHA384(old ‖ data)}. */
    static byte[] extend(byte[] old, byte[] data) {
        try {
            MessageDigest sha384 = MessageDigest.getInstance("SHA-384");
            sha384.update(old);
            return sha384.digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-384", e);
        }
    }
}
