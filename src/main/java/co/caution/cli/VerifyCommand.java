package co.caution.cli;

import co.caution.attestation.ExpectedPcrs;
import co.caution.attestation.InvalidPcrFileException;
import co.caution.attestation.PcrFile;
import co.caution.attestation.TrustRoot;
import co.caution.project.DeploymentFile;
import co.caution.trust.Place;
import co.caution.verify.AppSource;
import co.caution.verify.Channel;
import co.caution.verify.EvidenceSource;
import co.caution.verify.Explaining;
import co.caution.verify.Reproduction;
import co.caution.verify.Request;
import co.caution.verify.Verdict;
import co.caution.verify.Verification;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution verify}: finds out what is running, trusting nothing that the operator says. */
@Command(
        name = "verify",
        description = "Check fresh evidence to the hardware root and compare it with a rebuild of the source.",
        footer = {
            "",
            "Exit codes: 0 verified, 2 measurements differ, 3 evidence invalid, 4 unreachable, 5 policy not met (simulated,",
            "debug, other commit), 6 could not reproduce, 7 genuine but workload not checked, 64 usage, 1 anything else."
        })
final class VerifyCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = {"--attestation-url", "--url"}, paramLabel = "URL", description = "The attestation endpoint (default: the repository's).")
    String url;

    @Option(names = "--pcrs", paramLabel = "FILE", description = "Compare with these known PCRs instead of rebuilding.")
    Path pcrs;

    @Option(names = "--source", paramLabel = "DIR|URL|TARBALL", description = "The app's source: a checkout, a git URL (https, ssh, file), or a tar archive (default: this directory's repository).")
    @Nullable String from;

    @Option(names = "--document", paramLabel = "FILE", description = "Check evidence that was kept (--save), or a document alone, at its own time; nobody is asked.")
    @Nullable Path document;

    @Option(names = "--save", paramLabel = "FILE", description = "Keep the evidence there once it is known to be genuine.")
    @Nullable Path save;

    @Option(names = "--channel", paramLabel = "HOST:PORT", description = "Where the app's channel must be: exit 5 unless the enclave's own key answers there (default: the port that the platform hints at, on the URL's host).")
    @Nullable String channel;

    @Option(names = "--eif", paramLabel = "FILE", description = "The image that is said to run (caution apps download-eif): where measurements differ, says which file it is.")
    @Nullable Path eif;

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "60", description = "How long the endpoint's whole answer may take (default: ${DEFAULT-VALUE}).")
    int timeout;

    @Option(names = "--commit", paramLabel = "COMMIT", defaultValue = "HEAD", description = "The commit you reviewed (default: ${DEFAULT-VALUE}).")
    String commit;

    @Option(names = "--trust-root", paramLabel = "FILE|SHA256", description = "Another root certificate to accept, PEM or DER, or its SHA-256; repeatable.")
    List<Path> trustRoots = List.of();

    @Option(names = "--allow-simulated", description = "Accept evidence that is not hardware-backed.")
    boolean allowSimulated;

    @Option(names = "--allow-debug", description = "Accept an enclave in debug mode, which can be read from outside.")
    boolean allowDebug;

    @Option(names = "--max-age", paramLabel = "SECONDS", defaultValue = "300", description = "How far the evidence's clock may be from this one (default: ${DEFAULT-VALUE}).")
    int maxAge;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Mixin
    EnclaveOsOptions enclaveOs;

    @Mixin
    BuildOptions options;

    @Mixin
    VerifyOutputs outputs;

    private final Clock clock = Clock.systemUTC();
    private final Rebuilds rebuilds = new Rebuilds();

    @Override
    public Integer call() throws Exception {
        if (outputs.summary && json) {
            throw new CliException(Errors.USAGE, "--summary and --json are two forms of one result: name one.");
        }
        Judgement judgement = judgement();
        return outputs.written(judgement, clock, () -> verdict(judgement, false)).exitCode();
    }

    /** What this person's configuration has to say; read anew for each verification. */
    Judgement judgement() {
        if (maxAge < 0) {
            throw new CliException(Errors.USAGE, "--max-age is a number of seconds, not " + maxAge + ".");
        }
        if (timeout < 1) {
            throw new CliException(Errors.USAGE, "--timeout is a number of seconds, not " + timeout + ".");
        }
        if (pcrs != null && (from != null || !commit.equals("HEAD"))) {
            throw new CliException(Errors.USAGE, "--pcrs says what to compare with; leave out --source and --commit, or --pcrs.");
        }
        if (channel != null && document != null) {
            throw new CliException(Errors.USAGE, "--document asks nobody; leave out --channel.");
        }
        return outputs.judgement(endpoint(deployment()), root.context().cache(), clock);
    }

    private Optional<DeploymentFile> deployment() {
        return from == null ? deploymentAbove() : Optional.empty();
    }

    /**
     * A verification from its beginning.
     *
     * @param silent prints nothing at all
     */
    Verdict verdict(Judgement judgement, boolean silent) throws InterruptedException {
        Optional<DeploymentFile> deployment = deployment();
        Optional<String> endpoint = endpoint(deployment);
        Optional<TrustRoot> pinned = judgement.pinned();
        var roots = new ArrayList<TrustRoot>();
        roots.add(TrustRoot.awsCommercial());
        pinned.ifPresent(roots::add);
        for (Path file : trustRoots) {
            roots.add(named(file));
        }
        List<TrustRoot> accepted = allowSimulated ? roots : pinned.map(List::of).orElse(List.of());
        var report = new VerifyReport(json, silent || outputs.summary, judgement, save == null ? Optional.empty() : Optional.of(EvidenceFile.at(save)));
        // With known PCRs nothing is needed beyond Java: that holds on every platform.
        return pcrs != null
                ? finish(deployment, judgement, report, silent, new Request(evidence(endpoint), roots, accepted, allowDebug,
                        Duration.ofSeconds(maxAge), expected(pcrs), Optional.empty()))
                : withSource(deployment, judgement, report, silent, roots, accepted, evidence(endpoint));
    }

    private Verdict withSource(Optional<DeploymentFile> deployment, Judgement judgement, VerifyReport report, boolean silent,
            List<TrustRoot> roots, List<TrustRoot> accepted, EvidenceSource evidence) throws InterruptedException {
        Path cache = root.context().cache();
        Optional<AppSource> named = from == null ? LocalBuild.here(commit, json || silent) : Optional.of(LocalBuild.named(from, commit, cache));
        try {
            named.ifPresent(judgement::source);
            Optional<Reproduction> source = named.map(app -> app.reproducedBy(enclaveOs.supply(cache),
                    rebuilds.once(app, LocalBuild.of(app, options, cache, json || silent || outputs.summary))));
            return finish(deployment, judgement, report, silent,
                    new Request(evidence, roots, accepted, allowDebug, Duration.ofSeconds(maxAge), Optional.empty(), source));
        } finally {
            named.ifPresent(AppSource::close);
        }
    }

    private Verdict finish(Optional<DeploymentFile> deployment, Judgement judgement, VerifyReport report, boolean silent,
            Request request) throws InterruptedException {
        SSLContext trust = root.context().trust(deployment.map(DeploymentFile::server).orElse(""));
        Verdict verdict = judgement.judge(new Verification(clock, new SecureRandom(), trust, report).run(request));
        if (!silent) {
            report.explain(verdict, new Explaining(Optional.ofNullable(eif).map(Surroundings.current().directory()::resolve),
                    request.evidence() instanceof EvidenceSource.Endpoint endpoint ? Optional.of(endpoint.url()) : Optional.empty(), trust));
            report.verdict(verdict);
        }
        return verdict;
    }

    private EvidenceSource evidence(Optional<String> endpoint) {
        return document != null
                ? new EvidenceSource.Kept(EvidenceFile.read(document))
                : new EvidenceSource.Endpoint(URI.create(endpoint.orElseThrow(() -> new CliException(
                        Errors.USAGE,
                        "Name the attestation endpoint (--attestation-url URL), or run this in a checkout with .caution/deployment.json."))),
                        Duration.ofSeconds(timeout), Optional.ofNullable(channel).map(VerifyCommand::address));
    }

    private static InetSocketAddress address(String channel) {
        try {
            URI uri = new URI("channel://" + channel);
            if (uri.getHost() != null && uri.getPort() > 0 && uri.getPort() < 65_536 && uri.getUserInfo() == null && uri.getRawPath().isEmpty()) {
                return Channel.address(uri, uri.getPort());
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new CliException(Errors.USAGE, "--channel is HOST:PORT, not '" + channel + "'.");
    }

    /** The file of the repository that this directory lies in, if it does. */
    private static Optional<DeploymentFile> deploymentAbove() {
        for (Path at = Surroundings.current().directory(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(".git"))) {
                try {
                    return Optional.of(DeploymentFile.read(at));
                } catch (IOException e) {
                    throw new CliException(e.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    /** Of kept evidence, too: which root is accepted hangs on it. */
    private Optional<String> endpoint(Optional<DeploymentFile> deployment) {
        return Optional.ofNullable(url).or(() -> deployment.map(DeploymentFile::attestationUrl))
                .map(given -> requireUrl(given).uri().toString());
    }

    static Place requireUrl(String url) {
        try {
            return Place.of(url);
        } catch (IllegalArgumentException e) {
            throw new CliException(Errors.USAGE, e.getMessage());
        }
    }

    /** The root that the user named: a file with its certificate, or its fingerprint alone. */
    static TrustRoot named(Path file) {
        if (file.toString().matches("[0-9a-f]{64}")) {
            return PinnedRoots.simulated(file.toString());
        }
        try {
            return TrustRoot.of(Surroundings.current().directory().resolve(file));
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The root " + file + " cannot be used: " + e.getMessage());
        }
    }

    /** The registers in a file that the user named; empty where there is none. */
    static Optional<ExpectedPcrs> expected(@Nullable Path file) {
        if (file == null) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(Surroundings.current().directory().resolve(file))) {
            byte[] text = in.readNBytes(PcrFile.MAX_SIZE + 1);
            return Optional.of(PcrFile.parse(new String(text, StandardCharsets.UTF_8)));
        } catch (InvalidPcrFileException e) {
            throw new CliException(Errors.USAGE, "The PCR file " + file + " was not understood: " + e.getMessage()
                    + ". 'caution build --pcrs FILE' writes one that is.");
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The PCR file " + file + " cannot be read: " + Errors.why(e) + ".");
        }
    }
}
