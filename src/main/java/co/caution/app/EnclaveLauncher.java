package co.caution.app;

import co.caution.build.Text;
import co.caution.hosting.Enclave;
import co.caution.hosting.EnclaveExit;
import co.caution.hosting.EnclaveHost;
import co.caution.hosting.EnclaveHttp;
import co.caution.hosting.HostingException;
import co.caution.hosting.LaunchSpec;
import co.caution.project.Manifest;
import co.caution.project.ManifestException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;

/** Brings a release alive: starts its enclave, asks it for evidence, and waits until the app answers. */
@Component
class EnclaveLauncher {

    private static final Duration APP_START = Duration.ofSeconds(90);
    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
    /** An app without ports counts as started when it has not ended by then. */
    private static final Duration STAYS_UP = Duration.ofSeconds(3);

    private final EnclaveHost host;
    private final ReleaseAttestation attestation;
    private final PlatformSettings settings;

    EnclaveLauncher(EnclaveHost host, ReleaseAttestation attestation, PlatformSettings settings) {
        this.host = host;
        this.attestation = attestation;
        this.settings = settings;
    }

    static List<Integer> ports(Release release) {
        return manifest(release).ports();
    }

    void requireReady() throws DeploymentException {
        try {
            host.requireReady();
        } catch (HostingException e) {
            throw new DeploymentException(e.getMessage());
        }
    }

    Enclave start(Release release, UUID deployment) throws DeploymentException, InterruptedException {
        Path image = settings.image(release.eifSha256());
        if (!Files.exists(image)) {
            throw new DeploymentException("the image of release v" + release.number() + " is no longer in " + image
                    + "; push again to build it anew");
        }
        var manifest = manifest(release);
        try {
            return host.launch(new LaunchSpec(deployment, image, release.measurements(), manifest.ports(),
                    manifest.egress(), manifest.cpus(), manifest.memoryMb()));
        } catch (HostingException e) {
            throw new DeploymentException(e.getMessage());
        }
    }

    void attest(Release release, Enclave enclave) throws DeploymentException, InterruptedException {
        attestation.check(release, enclave);
    }

    /** Waits until the app's first port answers HTTP. */
    void awaitApp(Release release, Enclave enclave)
            throws DeploymentException, InterruptedException {
        var ports = ports(release);
        if (ports.isEmpty()) {
            failWhenEnded(enclave, STAYS_UP);
            return;
        }
        long deadline = System.nanoTime() + APP_START.toNanos();
        while (!EnclaveHttp.answers(enclave, ports.getFirst(), ONE_ANSWER)) {
            failWhenEnded(enclave, BETWEEN_TRIES);
            if (System.nanoTime() > deadline) {
                throw new DeploymentException("the app did not answer HTTP on port " + ports.getFirst() + " within "
                        + APP_START.toSeconds() + " s; it must listen there, on 0.0.0.0 or 127.0.0.1, or 'ports:' in the Procfile must name its port");
            }
        }
    }

    /** Waits a while, and no longer than the enclave runs. */
    static void failWhenEnded(Enclave enclave, Duration wait) throws DeploymentException, InterruptedException {
        try {
            EnclaveExit exit = enclave.ended().toCompletableFuture().get(wait.toMillis(), TimeUnit.MILLISECONDS);
            throw new DeploymentException(describe(exit));
        } catch (TimeoutException e) {
            // Still running, as it should be.
        } catch (ExecutionException e) {
            throw new DeploymentException("the enclave was lost: " + e.getCause().getMessage());
        }
    }

    /** Printable, whatever the app wrote; only the first line is the platform's. */
    static String describe(EnclaveExit exit) {
        String stderr = exit.stderr();
        String first = Text.printable(exit.describe());
        if (stderr != null && !stderr.isBlank()) {
            return first + "; its last lines:\n" + Text.printableLines(stderr.stripTrailing());
        }
        return first + (exit.phase().equals("app")
                ? ". Its output stays inside the enclave unless the Procfile says 'report_stderr: on'"
                : "");
    }

    private static Manifest manifest(Release release) {
        try {
            return Manifest.parse(release.manifest().getBytes(StandardCharsets.UTF_8));
        } catch (ManifestException e) {
            throw new IllegalStateException("release " + release.id() + " carries a manifest that is none", e);
        }
    }
}
