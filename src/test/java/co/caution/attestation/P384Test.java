package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import org.junit.jupiter.api.Test;

class P384Test {

    private static final ECPoint G = P384.PARAMETERS.getGenerator();
    private static final BigInteger PRIME =
            ((ECFieldFp) P384.PARAMETERS.getCurve().getField()).getP();

    private record Key(ECPoint w, ECParameterSpec parameters) implements ECPublicKey {
        @Override
        public ECPoint getW() {
            return w;
        }

        @Override
        public ECParameterSpec getParams() {
            return parameters;
        }

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }
    }

    private static boolean isKey(BigInteger x, BigInteger y) {
        return P384.isKey(new Key(new ECPoint(x, y), P384.PARAMETERS));
    }

    @Test
    void a_point_lies_on_the_curve() {
        BigInteger x = G.getAffineX();
        BigInteger y = G.getAffineY();
        assertThat(isKey(x, y)).isTrue();
        assertThat(isKey(x, PRIME.subtract(y))).isTrue();
        assertThat(isKey(x, y.add(BigInteger.ONE))).isFalse();
        assertThat(isKey(x.add(PRIME), y)).isFalse();
        assertThat(isKey(x, y.subtract(PRIME))).isFalse();
        assertThat(isKey(x.subtract(PRIME), y)).isFalse();
        assertThat(P384.isKey(new Key(ECPoint.POINT_INFINITY, P384.PARAMETERS))).isFalse();
    }

    @Test
    void parameters_are_those_of_the_curve_and_no_others() throws Exception {
        EllipticCurve curve = P384.PARAMETERS.getCurve();
        BigInteger n = P384.PARAMETERS.getOrder();
        EllipticCurve other = new EllipticCurve(curve.getField(), curve.getA(), curve.getB().add(BigInteger.ONE));
        ECPoint minusG = new ECPoint(G.getAffineX(), PRIME.subtract(G.getAffineY()));
        assertThat(P384.isKey(new Key(G, new ECParameterSpec(other, G, n, 1)))).isFalse();
        // A generator of one's own choice makes any public key's private key known (CVE-2020-0601).
        assertThat(P384.isKey(new Key(G, new ECParameterSpec(curve, minusG, n, 1)))).isFalse();
        assertThat(P384.isKey(new Key(G, new ECParameterSpec(curve, G, n.subtract(BigInteger.ONE), 1)))).isFalse();
        assertThat(P384.isKey(new Key(G, new ECParameterSpec(curve, G, n, 2)))).isFalse();
        assertThat(P384.isKey(key("secp256r1"))).isFalse();
        assertThat(P384.isKey(key("secp384r1"))).isTrue();
        assertThat(P384.isKey(KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic())).isFalse();
    }

    @Test
    void a_signature_has_ninety_six_bytes() {
        assertThat(P384.inRange(new byte[0])).isFalse();
        assertThat(P384.inRange(new byte[97])).isFalse();
    }

    private static PublicKey key(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair().getPublic();
    }
}
