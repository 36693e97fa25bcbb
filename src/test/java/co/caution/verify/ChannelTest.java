package co.caution.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.attestation.ExpectedPcrs;
import co.caution.attestation.TrustRoot;
import co.caution.eif.Measurements;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who answers on the app's port, found out by whole verifications: only the enclave and its TLS are stand-ins. */
class ChannelTest {

    private KeyHolder enclave;
    private KeyHolder stranger;

    @BeforeEach
    void twoKeys() throws Exception {
        enclave = new KeyHolder("TLSv1.3");
        stranger = new KeyHolder("TLSv1.3");
    }

    @AfterEach
    void end() throws Exception {
        enclave.close();
        stranger.close();
    }

    @Test
    void theEnclavesOwnKeyBehindTheHintedPortIsBound() throws Exception {
        Seen seen = verify(Optional.of(enclave.spki()), hint(enclave.port()), null);
        assertThat(seen.verdict.exitCode()).isZero();
        assertThat(seen.channel).isEqualTo(new Channel.Bound(new ChannelBinding(enclave.spki()), InetSocketAddress.createUnresolved("127.0.0.1", enclave.port())));
    }

    @Test
    void anotherKeyThereFailsThePolicyAndNamesBoth() throws Exception {
        Seen seen = verify(Optional.of(enclave.spki()), hint(stranger.port()), null);
        assertThat(seen.channel).isInstanceOf(Channel.OtherKey.class);
        assertThat(seen.verdict.exitCode()).isEqualTo(5);
        assertThat(seen.verdict.message()).contains("another program answers on the app's port", enclave.spki(), stranger.spki());
    }

    @Test
    void whatCannotBeReachedIsOnlySaid() throws Exception {
        int closed;
        try (var socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        Seen seen = verify(Optional.of(enclave.spki()), hint(closed), null);
        assertThat(seen.verdict.exitCode()).isZero();
        assertThat(((Channel.NotBound) seen.channel).why()).contains("127.0.0.1:" + closed, "could not be reached");
    }

    @Test
    void aNamedChannelMustBeBound() throws Exception {
        assertThat(verify(Optional.of(enclave.spki()), "{}", enclave.port()).verdict.exitCode()).isZero();
        assertThat(verify(Optional.of(enclave.spki()), hint(enclave.port()), stranger.port()).verdict.exitCode())
                .as("the one who verifies decides where to look").isEqualTo(5);
        Seen keyless = verify(Optional.empty(), hint(enclave.port()), enclave.port());
        assertThat(keyless.verdict.exitCode()).isEqualTo(5);
        assertThat(keyless.verdict.message()).contains("NOT BOUND", "names no key");
    }

    @Test
    void withoutAKeyOrAHintNobodyIsAsked() throws Exception {
        assertThat(why(verify(Optional.empty(), hint(stranger.port()), null))).contains("names no key");
        assertThat(why(verify(Optional.of(enclave.spki()), "{}", null))).contains("does not say on which port");
        for (String hint : List.of("0", "-1", "65536", "\"8080\"", "{\"port\":1}")) {
            assertThat(why(verify(Optional.of(enclave.spki()), "{\"channel\":{\"port\":" + hint + "}}", null))).as(hint)
                    .contains("does not say on which port");
        }
        assertThat(why(verify(Optional.of("c0ffee"), hint(stranger.port()), null))).contains("names no key");
    }

    /** A server that names hosts could make verifiers knock at any door. */
    @Test
    void aHintNeverNamesTheHost() throws Exception {
        Seen seen = verify(Optional.of(enclave.spki()),
                "{\"channel\":{\"host\":\"192.0.2.1\",\"port\":" + enclave.port() + "}}", null);
        assertThat(((Channel.Bound) seen.channel).at()).isEqualTo("127.0.0.1:" + enclave.port());
    }

    /** Each byte comes in time, and all of them never. */
    @Tag("full")
    @Test
    void aHandshakeThatDripsComesToAnEnd() throws Exception {
        try (var dripping = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var client = dripping.accept()) {
                    client.getOutputStream().write(new byte[] {22, 3, 3, 64, 0}); // a record of 16 KiB begins
                    while (!Thread.interrupted()) {
                        client.getOutputStream().write(0);
                        Thread.sleep(500);
                    }
                } catch (IOException | InterruptedException e) {
                    // The verifier went away.
                }
            });
            assertThat(why(verify(Optional.of(enclave.spki()), hint(dripping.getLocalPort()), null))).contains("did not answer within 10 s");
        }
    }

    @Test
    void anOlderTlsIsNotTheChannel() throws Exception {
        try (var old = new KeyHolder("TLSv1.2")) {
            assertThat(why(verify(Optional.of(old.spki()), hint(old.port()), null))).contains("does not speak TLS 1.3");
        }
    }

    @Test
    void nobodyIsAskedBeforeTheMeasurementsMatch() throws Exception {
        Seen seen = verify(Optional.of(enclave.spki()), hint(stranger.port()), null,
                new Measurements("0a".repeat(48), "1b".repeat(48), "ff".repeat(48)));
        assertThat(seen.verdict.exitCode()).isEqualTo(2);
        assertThat(seen.channel).isNull();
    }

    @Test
    void aClientOfTheBindingTalksToTheEnclaveAndToNobodyElse() throws Exception {
        SSLContext context = new ChannelBinding(enclave.spki()).context();
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", enclave.port())) {
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // as the JDK's HTTP client has it
            socket.setSSLParameters(parameters);
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("hello");
        }
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", stranger.port())) {
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("is not the enclave's " + enclave.spki());
        }
    }

    @Test
    void aDigestHasOneSpelling() {
        for (String wrong : List.of("", "AB".repeat(32), "ab".repeat(31), "ab".repeat(33))) {
            assertThatThrownBy(() -> new ChannelBinding(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static String why(Seen seen) {
        assertThat(seen.verdict.exitCode()).isZero();
        return ((Channel.NotBound) seen.channel).why();
    }

    private static String hint(int port) {
        return "{\"channel\":{\"port\":" + port + "}}";
    }

    private static Seen verify(Optional<String> spki, String hints, @Nullable Integer named) throws Exception {
        return verify(spki, hints, named, EnclaveEndpoint.MEASURED);
    }

    private static Seen verify(Optional<String> spki, String hints, @Nullable Integer named, Measurements expected) throws Exception {
        try (var endpoint = new EnclaveEndpoint(spki, hints)) {
            List<TrustRoot> roots = List.of(endpoint.root.trustRoot());
            var seen = new Seen();
            var source = new EvidenceSource.Endpoint(endpoint.url(), Duration.ofSeconds(20),
                    Optional.ofNullable(named).map(port -> InetSocketAddress.createUnresolved("127.0.0.1", port)));
            seen.verdict = new Verification(Clock.systemUTC(), new SecureRandom(), SSLContext.getDefault(), seen.progress()).run(new Request(
                    source, roots, roots, false, Duration.ofMinutes(5), Optional.of(ExpectedPcrs.of(expected)), Optional.empty()));
            return seen;
        }
    }

    /** What a verification came to. */
    private static final class Seen {
        private @Nullable Verdict verdict;
        private @Nullable Channel channel;

        /** Hears of the channel only, whatever else there is to hear. */
        Progress progress() {
            return (Progress) Proxy.newProxyInstance(Progress.class.getClassLoader(), new Class<?>[] {Progress.class}, (_, method, arguments) -> {
                if (method.getName().equals("channel")) {
                    channel = (Channel) arguments[0];
                }
                return null;
            });
        }
    }
}
