package co.caution.build;

import co.caution.eif.Measurements;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.project.BuildCommand;
import co.caution.project.Manifest;
import co.caution.project.Procfile;
import co.caution.project.ProcfileException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * From a commit to an enclave image. The server runs it on a push and a verifier runs it on a laptop; the same commit
 * gives the same measurements, whoever runs it, where and when.
 */
public final class Pipeline {

    /** A change that moves one byte of any image is a new version: the manifest says it, and so measures it. */
    public static final int VERSION = 2;

    private final BuildHome home;
    private final EnclaveOsRelease os;
    private final BuildLimits limits;
    private final Builder builder;
    private final Circumstances circumstances;

    public Pipeline(BuildHome home, EnclaveOsRelease os, BuildLimits limits) {
        this(home, os, limits, Builder.BUILDAH);
    }

    /** @param builder refused by {@link #build} unless it is known to conform on this machine, see {@link Conformance} */
    public Pipeline(BuildHome home, EnclaveOsRelease os, BuildLimits limits, Builder builder) {
        this(home, os, limits, builder, Circumstances.USUAL);
    }

    /** @param circumstances other than the usual ones only to find out whether they change the image */
    public Pipeline(BuildHome home, EnclaveOsRelease os, BuildLimits limits, Builder builder, Circumstances circumstances) {
        this.circumstances = circumstances;
        this.home = home;
        this.os = os;
        this.limits = limits;
        this.builder = builder;
    }

    /**
     * Builds in the calling thread.
     *
     * @param stage a directory that is made for this build, or is empty; it is kept, whatever comes of the build
     * @throws InterruptedException if the thread is interrupted; nothing of the build runs on then
     */
    public BuiltImage build(Repository repository, ObjectId commit, Path stage, BuildListener listener)
            throws BuildException, IOException, InterruptedException {
        Path absolute = stage.toAbsolutePath().normalize();
        Files.createDirectories(absolute);
        try (var log = new BuildLog(absolute.resolve(Stage.LOG), listener)) {
            try (Work work = Work.open(home)) {
                return build(repository, commit, new Stage(absolute), work, log);
            } catch (BuildException e) {
                log.detail("failed: " + e.getMessage());
                throw e;
            } catch (ClosedByInterruptException e) {
                Thread.interrupted();
                throw new InterruptedException();
            }
        }
    }

    /** Removes what builds left behind whose process was killed; each further build does that, too. */
    public void sweep() throws IOException, InterruptedException {
        Work.sweep(home);
    }

    private void requireRoom(Path directory) throws BuildException, IOException {
        long free = directory.toFile().getUsableSpace(); // a FileStore is found by its mount, which a chroot does not show
        if (free < limits.freeDisk().bytes()) {
            throw new BuildException(Phase.SOURCE, "the disk is nearly full: " + Size.mebibytes(free >> 20) + " are free in " + directory
                    + ", and a build starts only with " + limits.freeDisk() + "; make room, then try again");
        }
    }

    private BuiltImage build(Repository repository, ObjectId commit, Stage stage, Work work, BuildLog log)
            throws BuildException, IOException, InterruptedException {
        log.phase(Phase.SOURCE);
        requireRoom(stage.directory());
        requireRoom(work.directory());
        SourceTree source = TreeExport.export(repository, commit, stage.app());
        log.detail("commit " + commit.name() + ", tree " + source.id());

        log.phase(Phase.CONFIGURATION);
        Procfile procfile = procfile(source);
        BuildCommand command = procfile.build();
        if (command != null) {
            new Conformance(home).require(builder);
        }
        ContainerImage image = command != null
                ? new ImageBuilder(home, limits, builder, circumstances).build(source, procfile, command, work, log)
                : OciArchive.unpack(source, procfile, work, log);

        log.phase(Phase.FLATTEN);
        Path layers = Files.createDirectory(work.directory().resolve("layers"));
        OciImage oci = OciImage.read(image.layout(), layers, limits.image().bytes());
        RootFs fs = Flattener.flatten(oci.layers(), log);
        ImageConfig config = ImageConfig.of(oci.config(), procfile, fs);

        log.phase(Phase.ENCLAVE);
        var enclave = new Enclave(os, stage);
        Manifest manifest = enclave.write(source, image, config, procfile, fs, log);
        String export = procfile.ociTarball();
        if (command != null && export != null) {
            OciArchive.pack(image.layout(), stage.export(export));
        }
        stage.describe(os, source, image, manifest, procfile);
        Measurements measurements = enclave.measurements();
        stage.measurements(measurements);
        measurements.map().forEach((register, value) -> log.detail("PCR" + register + " " + value));
        return new BuiltImage(
                stage.directory(),
                stage.eif(),
                Files.size(stage.eif()),
                measurements,
                manifest,
                manifest.toJson(),
                stage.files(),
                procfile,
                stage.log());
    }

    private static Procfile procfile(SourceTree source) throws BuildException, IOException {
        Path file = source.file(Procfile.NAME);
        if (file == null) {
            throw new BuildException(
                    Phase.CONFIGURATION, "the repository has no Procfile; `caution init` writes one, then commit it");
        }
        try {
            return Procfile.parse(source.bytes(file, Procfile.MAX_BYTES, Phase.CONFIGURATION));
        } catch (ProcfileException e) {
            throw new BuildException(Phase.CONFIGURATION, e.getMessage(), e);
        }
    }
}
