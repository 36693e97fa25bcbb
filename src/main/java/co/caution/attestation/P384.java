package co.caution.attestation;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/** The curve of every key in Nitro evidence (secp384r1, FIPS 186-5). */
final class P384 {

    /** Bytes of r, of s and of a coordinate. */
    static final int SIZE = 48;

    static final ECParameterSpec PARAMETERS = parameters();

    private static final BigInteger PRIME = ((ECFieldFp) PARAMETERS.getCurve().getField()).getP();

    /** SEQUENCE { SEQUENCE { id-ecPublicKey, secp384r1 }, BIT STRING { 04 ‖ x ‖ y } }: all but the coordinates. */
    private static final byte[] KEY_HEAD = HexFormat.of().parseHex("3076301006072a8648ce3d020106052b8104002203620004");

    private P384() {}

    /**
     * Whether this is a key of this very curve, named and not described, with an uncompressed point that lies on it.
     *
     * @param spki {@code SubjectPublicKeyInfo}, DER
     */
    static boolean isKey(byte[] spki) {
        int point = KEY_HEAD.length;
        if (spki.length != point + 2 * SIZE || !Arrays.equals(spki, 0, point, KEY_HEAD, 0, point)) {
            return false;
        }
        BigInteger x = new BigInteger(1, spki, point, SIZE);
        BigInteger y = new BigInteger(1, spki, point + SIZE, SIZE);
        if (x.compareTo(PRIME) >= 0 || y.compareTo(PRIME) >= 0) {
            return false;
        }
        BigInteger right = x.pow(3).add(PARAMETERS.getCurve().getA().multiply(x)).add(PARAMETERS.getCurve().getB());
        return y.pow(2).subtract(right).mod(PRIME).signum() == 0;
    }

    /** The raw form r‖s, or nothing where a number is negative or too long for it. */
    static byte[] raw(BigInteger r, BigInteger s) {
        byte[] raw = new byte[2 * SIZE];
        return put(r, raw, SIZE) && put(s, raw, 2 * SIZE) ? raw : new byte[0];
    }

    private static boolean put(BigInteger value, byte[] raw, int end) {
        if (value.signum() < 0 || value.bitLength() > 8 * SIZE) {
            return false;
        }
        byte[] bytes = value.toByteArray();
        // A first byte for the sign may be one too many.
        int length = Math.min(bytes.length, SIZE);
        System.arraycopy(bytes, bytes.length - length, raw, end - length, length);
        return true;
    }

    /**
     * Whether r and s of a raw signature r‖s lie in 1..n−1. Verifiers that left this to their library accepted (0, 0) for
     * every message (CVE-2022-21449). High s is fine: more than half of AWS's documents have it.
     */
    static boolean inRange(byte[] signature) {
        return signature.length == 2 * SIZE
                && scalar(Arrays.copyOfRange(signature, 0, SIZE))
                && scalar(Arrays.copyOfRange(signature, SIZE, 2 * SIZE));
    }

    private static boolean scalar(byte[] bytes) {
        BigInteger value = new BigInteger(1, bytes);
        return value.signum() > 0 && value.compareTo(PARAMETERS.getOrder()) < 0;
    }

    private static ECParameterSpec parameters() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp384r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK knows secp384r1", e);
        }
    }
}
