package co.caution.attestation;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Who computes ES384 (ECDSA over P-384 with SHA-384, FIPS 186-5). All have the same verdicts, as the range of r and s, the curve
 * and the point are looked at before; they differ in speed. No provider is registered with the JDK: other code in this process
 * keeps its own.
 */
public final class Ecdsa {

    private static final String ALGORITHM = "SHA384withECDSAinP1363Format";

    /** RFC 6979 A.2.6, SHA-384, message "sample": a provider that does not know it is not used. */
    private static final byte[] KNOWN_KEY = HexFormat.of().parseHex("3076301006072a8648ce3d020106052b8104002203620004"
            + "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
            + "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720");
    private static final byte[] KNOWN_SIGNATURE = HexFormat.of().parseHex(
            "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
            + "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8");

    /** A class of its own, so that those who stay with the JDK load neither. */
    private static final class Others {

        static Provider bouncyCastle() {
            return new BouncyCastleProvider();
        }

        static Provider corretto() {
            AmazonCorrettoCryptoProvider.INSTANCE.assertHealthy();
            return AmazonCorrettoCryptoProvider.INSTANCE;
        }
    }

    private final String name;
    private final Provider provider;

    private Ecdsa(String name, Provider provider) {
        this.name = name;
        this.provider = provider;
    }

    /** The JDK's own: slow, and there without loading anything. */
    public static Ecdsa jdk() {
        return new Ecdsa("JDK (SunEC)", Objects.requireNonNull(Security.getProvider("SunEC"), "this JDK has no SunEC"));
    }

    /** Bouncy Castle: Java, about seven times as fast as the JDK's. */
    public static Ecdsa bouncyCastle() {
        return new Ecdsa("Bouncy Castle", Others.bouncyCastle());
    }

    /** Amazon's provider, native code; empty on a platform for which this build has none. */
    public static Optional<Ecdsa> corretto() {
        return loaded(() -> new Ecdsa("Amazon Corretto Crypto Provider", Others.corretto()));
    }

    /** The first of Corretto, Bouncy Castle and the JDK that loads here and passes its self-test. */
    public static Ecdsa fastest() {
        return corretto().or(() -> loaded(Ecdsa::bouncyCastle)).orElseGet(Ecdsa::jdk);
    }

    /** By a provider of the caller's, which is not looked at here. */
    static Ecdsa of(String name, Provider provider) {
        return new Ecdsa(name, provider);
    }

    /** Native code that is missing, broken or for another platform shows as an {@link Error} as often as an exception. */
    static Optional<Ecdsa> loaded(Supplier<Ecdsa> supplier) {
        try {
            return Optional.of(supplier.get()).filter(Ecdsa::knowsTheAnswers);
        } catch (LinkageError | RuntimeException e) {
            return Optional.empty();
        }
    }

    private boolean knowsTheAnswers() {
        byte[] message = "sample".getBytes(StandardCharsets.US_ASCII);
        byte[] other = "Sample".getBytes(StandardCharsets.US_ASCII);
        return verify(KNOWN_KEY, KNOWN_SIGNATURE, message) && !verify(KNOWN_KEY, KNOWN_SIGNATURE, other);
    }

    public String name() {
        return name;
    }

    /**
     * Whether the holder of this key signed these bytes. The caller has looked at key and range of the signature.
     *
     * @param spki a P-384 key, {@code SubjectPublicKeyInfo}
     * @param signature r‖s, 96 bytes
     */
    boolean verify(byte[] spki, byte[] signature, byte[]... message) {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM, provider);
            verifier.initVerify(key(spki));
            for (byte[] part : message) {
                verifier.update(part);
            }
            return verifier.verify(signature);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    PublicKey key(byte[] spki) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC", provider).generatePublic(new X509EncodedKeySpec(spki));
    }
}
