package co.caution.hosting.local;

import co.caution.attestation.LocalRoot;
import co.caution.attestation.SoftwareNsm;
import co.caution.attestation.TrustRoot;
import co.caution.eif.Eif;
import co.caution.eif.InvalidEifException;
import co.caution.eif.Section;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.hosting.Capacity;
import co.caution.hosting.Enclave;
import co.caution.hosting.EnclaveHost;
import co.caution.hosting.HostingException;
import co.caution.hosting.LaunchSpec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs enclaves in QEMU beside the service. The image, the boot and the evidence are real; what is simulated is the
 * security module, which signs under a root of this machine: it proves the pipeline, never confidentiality.
 */
public final class LocalEnclaveHost implements EnclaveHost {

    /** A guest under TCG reaches its init in about a second; a large image takes longer to unpack. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(120);
    /** Linux allows 108 bytes for a Unix socket's path. */
    private static final int LONGEST_SOCKET_PATH = 107;
    private static final long MIB = 1 << 20;
    /** For the service, its database and builds. */
    private static final long KEPT_MB = 1024;

    private final LocalSettings settings;
    private final EnclaveOsRelease enclaveOs;
    private final LocalRoot root;
    private final Clock clock;
    private final SecureRandom random;
    private final Map<UUID, LaunchSpec> promised = new ConcurrentHashMap<>();

    public LocalEnclaveHost(
            LocalSettings settings, EnclaveOsRelease enclaveOs, LocalRoot root, Clock clock, SecureRandom random) {
        this.settings = settings;
        this.enclaveOs = enclaveOs;
        this.root = root;
        this.clock = clock;
        this.random = random;
        // Whatever a killed service left here belongs to nobody: enclaves end with the service.
        LocalEnclave.delete(settings.run());
    }

    @Override
    public String kind() {
        return "local";
    }

    @Override
    public Capacity capacity() {
        return new Capacity(Math.max(0, Memory.totalBytes() - KEPT_MB * MIB), reservedBytes(), Math.max(0, freeMb()) * MIB,
                Runtime.getRuntime().availableProcessors(), promised.values().stream().mapToInt(LaunchSpec::cpus).sum());
    }

    @Override
    public TrustRoot trustRoot() {
        return root.trustRoot();
    }

    @Override
    public void requireReady() throws HostingException {
        if (!settings.qemuIsThere()) {
            throw new HostingException("QEMU (" + settings.qemu() + ") is not installed on the server; its operator brings"
                    + " it (Debian: apt-get install qemu-system-x86), or names another with CAUTION_LOCAL_QEMU");
        }
    }

    @Override
    public Enclave launch(LaunchSpec spec) throws HostingException, InterruptedException {
        requireReady();
        requireCpus(spec.cpus());
        reserve(spec);
        Path directory = settings.run().resolve(spec.id().toString().substring(0, 8));
        LocalEnclave enclave = null;
        try {
            Files.createDirectories(directory);
            if (directory.resolve("port-65535.sock").toString().length() > LONGEST_SOCKET_PATH) {
                throw new HostingException("the path " + directory + " is too long for Unix sockets; choose a shorter"
                        + " home: caution server --home DIR");
            }
            String cmdline = unpack(spec, directory);
            var nsm = new SimulatedNsm(directory.resolve("nsm.sock"), new SoftwareNsm(
                    root, spec.measurements(), moduleId(), clock, random));
            enclave = new LocalEnclave(spec.id(), directory, nsm);
            enclave.ended().thenAccept(exit -> promised.remove(spec.id()));
            enclave.start(command(spec, directory, cmdline));
            enclave.heartbeat().get(HEARTBEAT.toSeconds(), TimeUnit.SECONDS);
            return enclave;
        } catch (InvalidEifException e) {
            throw abandon(enclave, spec, directory, "the image is damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw abandon(enclave, spec, directory, "the enclave's machine could not be prepared: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw abandon(enclave, spec, directory, "the enclave sent no heartbeat within " + HEARTBEAT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw abandon(enclave, spec, directory, e.getCause().getMessage(), e);
        } catch (InterruptedException | RuntimeException | HostingException e) {
            abandon(enclave, spec, directory, "stopped", e);
            throw e;
        }
    }

    private HostingException abandon(
            LocalEnclave enclave, LaunchSpec spec, Path directory, String why, Exception cause) {
        promised.remove(spec.id());
        String console = Console.tail(directory);
        if (enclave != null) {
            enclave.terminate();
        }
        LocalEnclave.delete(directory);
        return new HostingException(console.isEmpty() ? why : why + "; the console's last lines:\n" + console, cause);
    }

    /** Starts nothing but the image that was measured: what is on disk is measured again. */
    private static String unpack(LaunchSpec spec, Path directory)
            throws IOException, InvalidEifException, HostingException {
        Eif eif = Eif.read(spec.eif());
        if (!eif.measure().equals(spec.measurements())) {
            throw new HostingException("the stored image " + spec.eif().getFileName()
                    + " no longer measures to the release's PCRs: it was changed on disk. Push again to build it anew");
        }
        try (OutputStream ramdisks = new BufferedOutputStream(
                Files.newOutputStream(directory.resolve("ramdisks")), 1 << 16)) {
            for (Section section : eif.sections()) {
                switch (section.type()) {
                    case KERNEL -> eif.extract(section, directory.resolve("kernel"));
                    case RAMDISK -> eif.extract(section, ramdisks);
                    default -> {}
                }
            }
        }
        return eif.cmdline();
    }

    private List<String> command(LaunchSpec spec, Path directory, String cmdline) {
        // A session of its own: Ctrl-C in the service's terminal is the service's to act on.
        var command = new ArrayList<String>(List.of("setsid", enclaveOs.host().toString(), "qemu", "--dir", directory.toString(),
                "--nsm", directory.resolve("nsm.sock").toString(), "--port", Integer.toString(Enclave.ATTESTATION_PORT)));
        if (!spec.ports().isEmpty()) {
            command.addAll(List.of("--port", Integer.toString(Enclave.CHANNEL_PORT)));
        }
        for (int port : spec.ports()) {
            command.addAll(List.of("--port", Integer.toString(port)));
        }
        for (String pair : spec.egress()) {
            command.addAll(List.of("--egress", pair));
        }
        command.add("--");
        command.addAll(QemuCommand.of(settings, directory, cmdline, spec.cpus(), spec.memoryMb()));
        return command;
    }

    /** Shaped like the hardware's: {@code i-<17 hex>-enc<16 hex>}. */
    private String moduleId() {
        byte[] id = new byte[17];
        random.nextBytes(id);
        String hex = HexFormat.of().formatHex(id);
        return "i-" + hex.substring(0, 17) + "-enc" + hex.substring(17, 33);
    }

    /** Under emulation a CPU more than there are costs little; many more than there are starve each other. */
    private static void requireCpus(int cpus) throws HostingException {
        int most = Math.max(2, Runtime.getRuntime().availableProcessors());
        if (cpus > most) {
            throw new HostingException("the enclave asks for " + cpus + " CPUs and this machine has "
                    + Runtime.getRuntime().availableProcessors() + "; write 'cpus: " + most + "' or fewer in the Procfile");
        }
    }

    /** Memory of the enclaves that run or start, in bytes: what was promised, not what is taken already. */
    public long reservedBytes() {
        return promised.values().stream().mapToLong(LaunchSpec::memoryMb).sum() * MIB;
    }

    /** A guest fills its memory as it goes: what was promised counts, not only what is taken already. */
    private synchronized void reserve(LaunchSpec spec) throws HostingException {
        long free = freeMb();
        if (spec.memoryMb() > free) {
            throw new HostingException("the enclave needs " + spec.memoryMb() + " MB of memory and this machine has "
                    + Math.max(0, free) + " MB to give; stop an app or lower memory_mb in the Procfile");
        }
        promised.put(spec.id(), spec);
    }

    private long freeMb() {
        long left = Memory.totalBytes() / MIB - KEPT_MB - reservedBytes() / MIB;
        return Math.min(left, Memory.availableBytes() / MIB);
    }
}
