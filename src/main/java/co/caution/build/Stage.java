package co.caution.build;

import co.caution.eif.Measurements;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.project.Manifest;
import co.caution.project.Procfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

/** The directory in which everything that went into an image can be read. */
record Stage(Path directory) {

    static final String LOG = "build.log";
    private static final List<String> OWN =
            List.of("app", "enclave", "output", "Containerfile.eif", "run.sh", "manifest.json", "files.txt", LOG);

    Path app() {
        return directory.resolve("app");
    }

    Path manifest() {
        return directory.resolve("manifest.json");
    }

    /** The list of the root file system's entries that the manifest names. */
    Path files() {
        return directory.resolve("files.txt");
    }

    Path log() {
        return directory.resolve(LOG);
    }

    Path eif() throws IOException {
        return output().resolve("enclave.eif");
    }

    Path ramdisk() throws IOException {
        return output().resolve("rootfs.cpio");
    }

    private Path output() throws IOException {
        return Files.createDirectories(directory.resolve("output"));
    }

    /** Where the built image is exported to; never through a link that the application's tree brought. */
    Path export(String path) throws BuildException, IOException {
        String first = path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
        if (OWN.contains(first)) {
            throw new BuildException(
                    Phase.ENCLAVE,
                    "`oci-tarball: " + path + "` would lie on what the stage directory holds itself; name another path");
        }
        Path to = directory.resolve(path);
        Files.createDirectories(to.getParent());
        return to;
    }

    void describe(EnclaveOsRelease os, SourceTree source, ContainerImage image, Manifest manifest, Procfile procfile)
            throws IOException {
        Files.writeString(directory.resolve("Containerfile.eif"), Recipe.text(os, source, image, manifest, procfile));
        Path run = directory.resolve("run.sh");
        Files.writeString(run, startup(manifest));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rw-r--r--"));
        copySources(os.sources());
    }

    void measurements(Measurements measurements) throws IOException {
        Files.writeString(output().resolve("enclave.pcrs"), measurements.map().entrySet().stream()
                .map(register -> register.getValue() + " PCR" + register.getKey() + "\n")
                .collect(Collectors.joining()));
    }

    /** For reading: the agent starts the program itself, from the manifest; no shell is in the image for it. */
    private static String startup(Manifest m) {
        var text = new StringBuilder("# What the agent does to start the application, written as a shell would.\n");
        text.append("# Nothing runs this file: the agent reads manifest.json, which is measured.\n");
        text.append("chroot /app/rootfs; cd ").append(quoted(m.workdir())).append('\n');
        text.append("setgroups ").append(m.user().groups()).append("; setgid ").append(m.user().gid());
        text.append("; setuid ").append(m.user().uid()).append('\n');
        text.append("exec env -i");
        m.env().forEach(variable -> text.append(" \\\n  ").append(quoted(variable)));
        m.argv().forEach(word -> text.append(" \\\n  ").append(quoted(word)));
        return text.append('\n').toString();
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private void copySources(Path sources) throws IOException {
        Path to = directory.resolve("enclave");
        try (var files = Files.walk(sources)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(sources.relativize(file).toString());
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }
}
