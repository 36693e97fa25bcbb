package co.caution.verify;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import tools.jackson.databind.JsonNode;

/**
 * Looks who answers on the app's channel, once everything else holds: the key that counts is named by evidence which is
 * genuine and whose measurements are the expected ones. The platform's hint says on which port, never on which host: a
 * server that could name hosts could make verifiers knock at any door.
 */
final class ChannelCheck {

    private ChannelCheck() {}

    /** @return the verdict, or another one where the channel leads elsewhere, or nowhere although it was asked for */
    static Verdict after(Verdict verdict, EvidenceSource source, Bindings bindings, JsonNode hints, Progress progress) {
        if (!(verdict instanceof Verdict.Verified verified)) {
            return verdict;
        }
        Channel channel = switch (source) {
            case EvidenceSource.Kept _ -> new Channel.NotBound("evidence that was kept says nothing about who answers now");
            case EvidenceSource.Endpoint endpoint -> look(endpoint, bindings, hints);
        };
        progress.channel(channel);
        boolean demanded = source instanceof EvidenceSource.Endpoint endpoint && endpoint.channel().isPresent();
        return switch (channel) {
            case Channel.Bound _ -> verdict;
            case Channel.NotBound(String why) when demanded -> Verdict.PolicyNotMet.of("channel", verified.evidence(),
                    "The enclave runs the expected code, but the channel that you named is NOT BOUND to it: " + why + ".");
            case Channel.NotBound _ -> verdict;
            case Channel.OtherKey(var binding, String at, String seen) -> Verdict.PolicyNotMet.of("channel", verified.evidence(),
                    "The enclave runs the expected code, but another program answers on the app's port: who answers at " + at
                            + " holds the key " + seen + ", the enclave's is " + binding.spkiSha256()
                            + ". Whatever you send there can be read on the way. (If the app was deployed or restarted just now,"
                            + " verify once more.)");
        };
    }

    private static Channel look(EvidenceSource.Endpoint endpoint, Bindings bindings, JsonNode hints) {
        Optional<ChannelBinding> named = ChannelBinding.in(bindings);
        if (named.isEmpty()) {
            return new Channel.NotBound(bindings.bound().isMissingNode()
                    ? "nothing came with the evidence that says which key it names"
                    : "the evidence names no key, because the app has no port or its EnclaveOS is an older one");
        }
        JsonNode hint = hints.path("channel").path("port");
        int port = hint.isInt() ? hint.intValue() : 0;
        Optional<InetSocketAddress> at = endpoint.channel().or(() -> port < 1 || port > 65_535
                ? Optional.empty()
                : Optional.of(Channel.address(endpoint.url(), port)));
        return at.map(address -> ask(named.get(), address)).orElseGet(() -> new Channel.NotBound(
                "the platform does not say on which port it is (--channel HOST:PORT names one)"));
    }

    private static Channel ask(ChannelBinding binding, InetSocketAddress at) {
        String where = Channel.text(at);
        var shown = new AtomicReference<X509Certificate>();
        var context = ChannelBinding.context(new ChannelBinding.Believing() {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                shown.set(chain[0]); // judged below: a key that is not the enclave's is a finding, not a failed look
            }
        });
        try (var _ = ChannelBinding.connect(context, at.getHostString(), at.getPort())) {
            String seen = ChannelBinding.spkiOf(shown.get());
            return seen.equals(binding.spkiSha256()) ? new Channel.Bound(binding, at) : new Channel.OtherKey(binding, where, seen);
        } catch (SSLException e) {
            return new Channel.NotBound("whoever answers at " + where + " does not speak TLS 1.3 as an enclave does (" + e.getMessage() + ")");
        } catch (SocketTimeoutException e) {
            return new Channel.NotBound(where + " did not answer within " + ChannelBinding.PATIENCE.toSeconds() + " s");
        } catch (IOException e) {
            return new Channel.NotBound(where + " could not be reached (" + (e.getMessage() == null ? e : e.getMessage()) + ")");
        }
    }
}
