package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class P384Test {

    private static final ECPoint G = P384.PARAMETERS.getGenerator();
    private static final BigInteger PRIME =
            ((ECFieldFp) P384.PARAMETERS.getCurve().getField()).getP();

    /** The key with these coordinates, as a certificate has it. */
    private static byte[] spki(BigInteger x, BigInteger y) {
        byte[] spki = HexFormat.of().parseHex("3076301006072a8648ce3d020106052b8104002203620004" + "00".repeat(96));
        System.arraycopy(P384.raw(x, y), 0, spki, 24, 96);
        return spki;
    }

    private static boolean isKey(BigInteger x, BigInteger y) {
        return P384.isKey(spki(x, y));
    }

    @Test
    void a_point_lies_on_the_curve() {
        BigInteger x = G.getAffineX();
        BigInteger y = G.getAffineY();
        assertThat(isKey(x, y)).isTrue();
        assertThat(isKey(x, PRIME.subtract(y))).isTrue();
        assertThat(isKey(x, y.add(BigInteger.ONE))).isFalse();
        assertThat(isKey(BigInteger.ZERO, BigInteger.ZERO)).isFalse();
        assertThat(isKey(PRIME, y)).isFalse();
        assertThat(isKey(x, PRIME)).isFalse();
    }

    /** The same point, each coordinate plus the prime: below 2^384 only where the coordinate is small. */
    @Test
    void a_coordinate_has_one_form() {
        BigInteger limit = BigInteger.TWO.pow(384).subtract(PRIME);
        BigInteger x = BigInteger.ONE.negate();
        BigInteger y = null;
        while (y == null) {
            x = x.add(BigInteger.ONE);
            BigInteger right = x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(P384.PARAMETERS.getCurve().getB());
            // The prime is 3 modulo 4: this is the root, where there is one.
            BigInteger root = right.modPow(PRIME.add(BigInteger.ONE).shiftRight(2), PRIME);
            y = root.pow(2).subtract(right).mod(PRIME).signum() == 0 ? root : null;
        }
        assertThat(x).isLessThan(limit);
        assertThat(isKey(x, y)).isTrue();
        assertThat(isKey(x.add(PRIME), y)).isFalse();
    }

    @Test
    void a_key_is_of_the_named_curve_and_uncompressed() throws Exception {
        byte[] good = spki(G.getAffineX(), G.getAffineY());
        assertThat(P384.isKey(good)).isTrue();
        for (int i = 0; i < 24; i++) {
            byte[] other = good.clone();
            other[i] ^= 1;
            assertThat(P384.isKey(other)).as("byte %d", i).isFalse();
        }
        assertThat(P384.isKey(Arrays.copyOf(good, 119))).isFalse();
        assertThat(P384.isKey(Arrays.copyOf(good, 121))).isFalse();
        assertThat(P384.isKey(new byte[0])).isFalse();
        assertThat(P384.isKey(key("secp256r1").getEncoded())).isFalse();
        assertThat(P384.isKey(key("secp384r1").getEncoded())).isTrue();
    }

    @Test
    void the_raw_form_has_room_for_48_bytes_each() {
        BigInteger largest = BigInteger.TWO.pow(384).subtract(BigInteger.ONE);
        assertThat(P384.raw(largest, BigInteger.ONE)).hasSize(96).startsWith(0xff, 0xff).endsWith(0, 1);
        assertThat(P384.raw(BigInteger.ZERO, BigInteger.ZERO)).isEqualTo(new byte[96]);
        assertThat(P384.raw(largest.add(BigInteger.ONE), BigInteger.ONE)).isEmpty();
        assertThat(P384.raw(BigInteger.ONE, largest.add(BigInteger.ONE))).isEmpty();
        assertThat(P384.raw(BigInteger.ONE.negate(), BigInteger.ONE)).isEmpty();
        assertThat(P384.raw(BigInteger.ONE, BigInteger.ONE.negate())).isEmpty();
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
