package co.caution.git;

import java.util.List;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.mac.Mac;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;

/**
 * What the server offers to protect a session, best first. Named one by one, so that a new version of the library adds
 * nothing. Left out on purpose: SHA-1, CBC, MACs that are not encrypt-then-MAC, the NIST curves, finite-field Diffie-Hellman
 * (a stranger makes the server compute for nearly nothing),
 * ChaCha20-Poly1305 (a client that knows no strict key exchange is open to CVE-2023-48795 with it) and compression (a small packet becomes a large one).
 */
final class SshAlgorithms {

    /**
     * Each withstands quantum computers: ML-KEM (FIPS 203) or NTRU Prime, beside X25519. X25519 alone does not: what is pushed today
     * could be read then.
     */
    static final List<BuiltinDHFactories> KEY_EXCHANGES = List.of(
            BuiltinDHFactories.mlkem768x25519,
            BuiltinDHFactories.sntrup761x25519,
            BuiltinDHFactories.sntrup761x25519_openssh);

    static final List<BuiltinCiphers> CIPHERS = List.of(
            BuiltinCiphers.aes256gcm, BuiltinCiphers.aes128gcm, BuiltinCiphers.aes256ctr);

    static final List<BuiltinMacs> MACS = List.of(BuiltinMacs.hmacsha512etm, BuiltinMacs.hmacsha256etm);

    private SshAlgorithms() {}

    static void offer(SshServer server) {
        // Nothing is left out silently: a cryptography library that lacks one of them must not weaken the rest.
        server.setKeyExchangeFactories(NamedFactory.setUpTransformedFactories(false, KEY_EXCHANGES, ServerBuilder.DH2KEX));
        server.setCipherFactories(List.<NamedFactory<Cipher>>copyOf(CIPHERS));
        server.setMacFactories(List.<NamedFactory<Mac>>copyOf(MACS));
        server.setCompressionFactories(List.of(BuiltinCompressions.none));
    }
}
