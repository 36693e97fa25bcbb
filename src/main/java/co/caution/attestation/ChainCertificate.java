package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

import co.caution.attestation.DerReader.UnexpectedException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * One certificate (X.509 version 3, RFC 5280) of the only kind that evidence has: a P-384 key, signed with
 * ecdsa-with-SHA384. Read by us and not by the JDK's factory, which accepts more than DER and remembers what it has read:
 * here one sequence of bytes has one meaning, and each reading is a reading. What is said here is not yet signed by anybody:
 * see {@link CertificateChain}.
 */
final class ChainCertificate {

    private static final String BASIC_CONSTRAINTS = "551d13";
    private static final String KEY_USAGE = "551d0f";
    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("550403");
    private static final byte[] VERSION_3 = HexFormat.of().parseHex("a003020102");
    private static final byte[] ECDSA_WITH_SHA384 = HexFormat.of().parseHex("300a06082a8648ce3d040303");
    private static final int EXPLICIT_0 = 0xa0;
    private static final int EXPLICIT_3 = 0xa3;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int CERTIFICATE_SIGN = 5;

    private record Extension(boolean critical, byte[] value) {}

    private final String name;
    private final byte[] der;
    private byte[] signed = {};
    private byte[] serial = {};
    private byte[] issuer = {};
    private byte[] subject = {};
    private byte[] spki = {};
    private byte[] signature = {};
    private Instant notBefore = Instant.MAX;
    private Instant notAfter = Instant.MIN;
    private boolean authority;
    private @Nullable BigInteger pathLimit;
    private int usage;
    private final Map<String, Extension> extensions = new LinkedHashMap<>();

    private ChainCertificate(String name, byte[] der) {
        this.name = name;
        this.der = der;
    }

    /** @param name how refusals call it */
    static ChainCertificate parse(String name, byte[] der) throws RefusedException {
        require(Der.isStrict(der), Rule.CERTIFICATE, name + " is not one strict DER element");
        ChainCertificate certificate = new ChainCertificate(name, der);
        try {
            certificate.read();
        } catch (UnexpectedException e) {
            throw new RefusedException(Rule.CERTIFICATE, name + " is not a certificate: " + e.getMessage());
        }
        return certificate;
    }

    private void read() throws UnexpectedException, RefusedException {
        DerReader all = new DerReader(der);
        DerReader certificate = all.enter(DerReader.SEQUENCE);
        signed = certificate.element(DerReader.SEQUENCE);
        byte[] outerAlgorithm = certificate.element(DerReader.SEQUENCE);
        byte[] bits = certificate.content(DerReader.BIT_STRING);
        certificate.end();

        DerReader body = new DerReader(signed).enter(DerReader.SEQUENCE);
        require(body.tag() == EXPLICIT_0 && Arrays.equals(body.element(EXPLICIT_0), VERSION_3), Rule.CERTIFICATE,
                name + " is not X.509 version 3");
        serial = body.content(DerReader.INTEGER);
        byte[] innerAlgorithm = body.element(DerReader.SEQUENCE);
        issuer = body.element(DerReader.SEQUENCE);
        DerReader validity = body.enter(DerReader.SEQUENCE);
        notBefore = time(validity);
        notAfter = time(validity);
        validity.end();
        subject = body.element(DerReader.SEQUENCE);
        spki = body.element(DerReader.SEQUENCE);
        if (body.tag() != -1) {
            readExtensions(body.enter(EXPLICIT_3));
        }
        body.end();

        require(P384.isKey(spki), Rule.CERTIFICATE, name + " has no P-384 key");
        require(Arrays.equals(innerAlgorithm, ECDSA_WITH_SHA384) && Arrays.equals(outerAlgorithm, ECDSA_WITH_SHA384),
                Rule.CERTIFICATE, name + " is not signed with ecdsa-with-SHA384");
        signature = rawSignature(bits);
    }

    private static Instant time(DerReader validity) throws UnexpectedException {
        int tag = validity.tag() == DerReader.GENERALIZED_TIME ? DerReader.GENERALIZED_TIME : DerReader.UTC_TIME;
        return Der.time(tag, validity.content(tag));
    }

    private void readExtensions(DerReader explicit) throws UnexpectedException, RefusedException {
        DerReader list = explicit.enter(DerReader.SEQUENCE);
        explicit.end();
        while (list.tag() != -1) {
            DerReader extension = list.enter(DerReader.SEQUENCE);
            String oid = HexFormat.of().formatHex(extension.content(DerReader.OBJECT_IDENTIFIER));
            // Strict DER has no boolean that is false here.
            boolean critical = extension.tag() == DerReader.BOOLEAN && extension.content(DerReader.BOOLEAN).length == 1;
            byte[] value = extension.content(DerReader.OCTET_STRING);
            extension.end();
            require(Der.isStrict(value), Rule.CERTIFICATE, name + " has an extension that is not strict DER");
            require(extensions.put(oid, new Extension(critical, value)) == null, Rule.CERTIFICATE,
                    name + " has an extension twice");
            switch (oid) {
                case BASIC_CONSTRAINTS -> readConstraints(new DerReader(value).enter(DerReader.SEQUENCE));
                case KEY_USAGE -> usage = bits(new DerReader(value).content(DerReader.BIT_STRING));
                default -> require(!critical, Rule.CERTIFICATE, name + " has an unknown critical extension");
            }
        }
    }

    /** {@code SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }} */
    private void readConstraints(DerReader constraints) throws UnexpectedException {
        authority = constraints.tag() == DerReader.BOOLEAN && constraints.content(DerReader.BOOLEAN).length == 1;
        if (constraints.tag() != -1) {
            pathLimit = new BigInteger(constraints.content(DerReader.INTEGER));
        }
        constraints.end();
    }

    /** The first eight named bits, the first one lowest; DER lets none follow the last one that is set. */
    private static int bits(byte[] content) throws UnexpectedException {
        if (content.length < 2 || (content[content.length - 1] >> content[0] & 1) == 0) {
            throw new UnexpectedException("a key usage that is empty, or ends in zero bits");
        }
        return Integer.reverse(content[1] & 0xff) >>> 24;
    }

    /** r‖s of {@code SEQUENCE { r INTEGER, s INTEGER }}. */
    private byte[] rawSignature(byte[] bits) throws UnexpectedException, RefusedException {
        byte[] der = Arrays.copyOfRange(bits, 1, bits.length);
        require(bits[0] == 0 && Der.isStrict(der), Rule.CERTIFICATE, name + " has a signature that is not strict DER");
        DerReader pair = new DerReader(der).enter(DerReader.SEQUENCE);
        byte[] raw = P384.raw(new BigInteger(pair.content(DerReader.INTEGER)), new BigInteger(pair.content(DerReader.INTEGER)));
        pair.end();
        require(P384.inRange(raw), Rule.CERTIFICATE, name + " has a signature whose r or s is not in 1..n-1");
        return raw;
    }

    String name() {
        return name;
    }

    byte[] der() {
        return der;
    }

    /** The subject's public key, {@code SubjectPublicKeyInfo}. */
    byte[] spki() {
        return spki;
    }

    Instant notBefore() {
        return notBefore;
    }

    Instant notAfter() {
        return notAfter;
    }

    String subject() {
        return text(subject);
    }

    String issuer() {
        return text(issuer);
    }

    String serial() {
        return HexFormat.of().formatHex(serial);
    }

    private static String text(byte[] name) {
        try {
            return new X500Principal(name).getName();
        } catch (IllegalArgumentException e) {
            return "not a name";
        }
    }

    void requireValidAt(Instant at) throws RefusedException {
        require(!at.isBefore(notBefore), Rule.CERTIFICATE, name + " is not valid before " + notBefore + "; checked at " + at);
        require(!at.isAfter(notAfter), Rule.CERTIFICATE, name + " expired at " + notAfter + "; checked at " + at);
    }

    /** Names are compared as names where their bytes differ: issuers may order and encode them in their own way. */
    void requireIssuedBy(ChainCertificate other) throws RefusedException {
        require(Arrays.equals(issuer, other.subject) || sameName(issuer, other.subject), Rule.CERTIFICATE,
                name + " names another issuer than the certificate before it");
    }

    private static boolean sameName(byte[] one, byte[] two) {
        try {
            return new X500Principal(one).equals(new X500Principal(two));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    boolean signedWith(Ecdsa ecdsa, ChainCertificate issuer) {
        return ecdsa.verify(issuer.spki, signature, signed);
    }

    /** @param below how many authorities there are between this one and the leaf */
    void requireAuthority(int below) throws RefusedException {
        @Nullable Extension constraints = extensions.get(BASIC_CONSTRAINTS);
        require(constraints != null && constraints.critical && authority, Rule.CONSTRAINTS,
                name + " is no authority by a critical extension");
        require(pathLimit == null || pathLimit.compareTo(BigInteger.valueOf(below)) >= 0, Rule.CONSTRAINTS,
                name + " allows " + pathLimit + " authorities below it; there are " + below);
        require(allows(CERTIFICATE_SIGN), Rule.CONSTRAINTS, name + " may not sign certificates");
    }

    void requireLeaf() throws RefusedException {
        require(!authority && pathLimit == null, Rule.CONSTRAINTS, name + " is an authority, or limits one");
        require(allows(DIGITAL_SIGNATURE), Rule.CONSTRAINTS, name + " may not sign");
    }

    private boolean allows(int use) {
        return (usage >> use & 1) == 1;
    }

    /** The one common name of the subject. */
    String commonName() throws RefusedException {
        List<String> names = new ArrayList<>();
        try {
            DerReader sequence = new DerReader(subject).enter(DerReader.SEQUENCE);
            while (sequence.tag() != -1) {
                DerReader set = sequence.enter(DerReader.SET);
                while (set.tag() != -1) {
                    DerReader attribute = set.enter(DerReader.SEQUENCE);
                    if (Arrays.equals(attribute.content(DerReader.OBJECT_IDENTIFIER), COMMON_NAME)) {
                        int tag = attribute.tag() == DerReader.PRINTABLE_STRING ? attribute.tag() : DerReader.UTF8_STRING;
                        names.add(new String(attribute.content(tag), StandardCharsets.UTF_8));
                    }
                }
            }
        } catch (UnexpectedException e) {
            throw new RefusedException(Rule.LEAF_NAME, name + " has a subject that is not a name");
        }
        require(names.size() == 1, Rule.LEAF_NAME, name + " has " + names.size() + " common names, not one");
        return names.getFirst();
    }
}
