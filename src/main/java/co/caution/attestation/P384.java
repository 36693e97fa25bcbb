package co.caution.attestation;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;

/** The curve of every key in Nitro evidence (secp384r1, FIPS 186-5). */
final class P384 {

    /** Bytes of r, of s and of a coordinate. */
    static final int SIZE = 48;

    static final ECParameterSpec PARAMETERS = parameters();

    private static final BigInteger PRIME = ((ECFieldFp) PARAMETERS.getCurve().getField()).getP();

    private P384() {}

    /** Whether this is a key of this very curve, and its point lies on it. */
    static boolean isKey(PublicKey key) {
        if (!(key instanceof ECPublicKey ec) || !sameCurve(ec.getParams())) {
            return false;
        }
        ECPoint point = ec.getW();
        if (point.equals(ECPoint.POINT_INFINITY)) {
            return false;
        }
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        if (!coordinate(x) || !coordinate(y)) {
            return false;
        }
        BigInteger right = x.pow(3).add(PARAMETERS.getCurve().getA().multiply(x)).add(PARAMETERS.getCurve().getB());
        return y.pow(2).subtract(right).mod(PRIME).signum() == 0;
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

    private static boolean coordinate(BigInteger value) {
        return value.signum() >= 0 && value.compareTo(PRIME) < 0;
    }

    private static boolean sameCurve(ECParameterSpec other) {
        return other.getCurve().equals(PARAMETERS.getCurve())
                && other.getGenerator().equals(PARAMETERS.getGenerator())
                && other.getOrder().equals(PARAMETERS.getOrder())
                && other.getCofactor() == PARAMETERS.getCofactor();
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
