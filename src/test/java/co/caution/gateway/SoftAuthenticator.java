package co.caution.gateway;

import com.upokecenter.cbor.CBORObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What a browser and a security key do together, in software, with every part open to be done wrong. */
final class SoftAuthenticator {

    private static final int USER_PRESENT = 0x01;
    private static final int USER_VERIFIED = 0x04;
    private static final int ATTESTED = 0x40;

    private final KeyPair pair;
    final byte[] id = new byte[32];
    String origin;
    String party;
    boolean verifiesUser = true;
    long counter = 1;
    byte[] handle = new byte[0];

    SoftAuthenticator(String origin, String party) throws GeneralSecurityException {
        this.origin = origin;
        this.party = party;
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        this.pair = generator.generateKeyPair();
        new SecureRandom().nextBytes(id);
    }

    /** Answers {@code navigator.credentials.create}. */
    Map<String, Object> create(JsonNode options) throws GeneralSecurityException {
        handle = Base64.getUrlDecoder().decode(options.at("/user/id").asString());
        byte[] client = clientData("webauthn.create", options.path("challenge").asString());
        var publicKey = (ECPublicKey) pair.getPublic();
        var cose = CBORObject.NewOrderedMap().Add(1, 2).Add(3, -7).Add(-1, 1)
                .Add(-2, coordinate(publicKey.getW().getAffineX().toByteArray()))
                .Add(-3, coordinate(publicKey.getW().getAffineY().toByteArray()))
                .EncodeToBytes();
        var attested = new ByteArrayOutputStream();
        attested.writeBytes(data(ATTESTED));
        attested.writeBytes(new byte[16]);
        attested.writeBytes(new byte[] {0, (byte) id.length});
        attested.writeBytes(id);
        attested.writeBytes(cose);
        var object = CBORObject.NewOrderedMap().Add("fmt", "none").Add("attStmt", CBORObject.NewMap()).Add("authData", attested.toByteArray());
        return credential(Map.of("clientDataJSON", base64(client), "attestationObject", base64(object.EncodeToBytes())));
    }

    /** Answers {@code navigator.credentials.get}. */
    Map<String, Object> get(JsonNode options) throws GeneralSecurityException {
        byte[] client = clientData("webauthn.get", options.path("challenge").asString());
        byte[] data = data(0);
        var signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(pair.getPrivate());
        signer.update(data);
        signer.update(sha256(client));
        var response = new HashMap<String, Object>(Map.of("clientDataJSON", base64(client), "authenticatorData", base64(data),
                "signature", base64(signer.sign())));
        if (handle.length > 0) {
            response.put("userHandle", base64(handle));
        }
        return credential(response);
    }

    private Map<String, Object> credential(Map<String, Object> response) {
        return Map.of("id", base64(id), "rawId", base64(id), "type", "public-key", "response", response, "clientExtensionResults", Map.of());
    }

    private byte[] clientData(String type, String challenge) {
        return ("{\"type\":\"" + type + "\",\"challenge\":\"" + challenge + "\",\"origin\":\"" + origin + "\",\"crossOrigin\":false}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] data(int more) throws GeneralSecurityException {
        int flags = USER_PRESENT | (verifiesUser ? USER_VERIFIED : 0) | more;
        return ByteBuffer.allocate(37).put(sha256(party.getBytes(StandardCharsets.UTF_8))).put((byte) flags).putInt((int) counter++).array();
    }

    private static byte[] coordinate(byte[] signed) {
        byte[] fixed = new byte[32];
        int length = Math.min(32, signed.length);
        System.arraycopy(signed, signed.length - length, fixed, 32 - length, length);
        return fixed;
    }

    private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
