package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.sshkey.SshPublicKey;
import java.lang.reflect.Proxy;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.server.session.ServerSession;
import org.junit.jupiter.api.Test;

class SigningKeyTest {

    @Test
    void whoAsksForAnothersKeyAndThenSignsWithTheirOwnActsAsThemselves() throws Exception {
        PublicKey own = key();
        PublicKey bobs = key();
        var session = session();
        var authenticator = GitSshServer.signingKey(
                Set.of(SshPublicKey.fingerprint(own), SshPublicKey.fingerprint(bobs))::contains);

        assertThat(authenticator.authenticate("git", own, session)).isTrue(); // would this key do?
        assertThat(authenticator.authenticate("git", bobs, session)).isTrue(); // and Bob's, which everybody can see?
        assertThat(authenticator.authenticate("git", own, session)).isTrue(); // here is my signature

        assertThat(session.getAttribute(GitSshServer.FINGERPRINT)).isEqualTo(SshPublicKey.fingerprint(own));
    }

    @Test
    void anUnknownKeyLeavesNobodyBehind() throws Exception {
        var session = session();
        assertThat(GitSshServer.signingKey(fingerprint -> false).authenticate("git", key(), session)).isFalse();
        assertThat(session.getAttribute(GitSshServer.FINGERPRINT)).isEmpty();
    }

    private static PublicKey key() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair().getPublic();
    }

    /** A session that keeps attributes, which is all that an authenticator touches. */
    @SuppressWarnings("unchecked")
    private static ServerSession session() {
        Map<AttributeKey<?>, Object> attributes = new HashMap<>();
        return (ServerSession) Proxy.newProxyInstance(
                SigningKeyTest.class.getClassLoader(), new Class<?>[] {ServerSession.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "setAttribute" -> attributes.put((AttributeKey<?>) arguments[0], arguments[1]);
                    case "computeAttributeIfAbsent" -> attributes.computeIfAbsent(
                            (AttributeKey<?>) arguments[0], (Function<AttributeKey<?>, Object>) arguments[1]);
                    default -> null;
                });
    }
}
