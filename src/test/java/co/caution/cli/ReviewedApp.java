package co.caution.cli;

import co.caution.attestation.LocalRoot;
import co.caution.build.BuildHome;
import co.caution.build.BuildLimits;
import co.caution.build.BuildListener;
import co.caution.build.BuiltImage;
import co.caution.build.Pipeline;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.verify.AppSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;

/** An app that somebody has read, its image on an EnclaveOS that they know, and a root that they accept. */
final class ReviewedApp {

    static final SecureRandom RANDOM = new SecureRandom();

    final Path directory;
    final LocalRoot root;
    final EnclaveOsRelease os;
    final Path source;
    final BuiltImage image;

    ReviewedApp(Path directory) throws Exception {
        this.directory = directory;
        this.root = LocalRoot.inMemory(Instant.now().minus(Duration.ofDays(1)), RANDOM);
        Files.writeString(rootFile(), root.pem());
        this.os = TinyEnclaveOs.in(directory.resolve("os"), "the agent that everybody has read");
        this.source = commit("reviewed", "what was reviewed", "run: /app\noci-tarball: image.tar\nports: 8080\n");
        this.image = build(source, os, "reviewed-stage");
    }

    Path rootFile() {
        return directory.resolve("root.pem");
    }

    Path lockFile() {
        return directory.resolve("os/enclaveos.lock");
    }

    /** The images of EnclaveOS. */
    Path images() {
        return directory.resolve("os");
    }

    Person author(Path where) throws Exception {
        return new Person(directory.resolve("author"), "http://localhost:9").in(where);
    }

    /** Another app, or the same after another thought. */
    Path commit(String name, String program, String procfile) throws Exception {
        Person author = author(directory.resolve(name));
        author.git("init", "-q", "-b", "main");
        author.write("Procfile", procfile);
        TinyApp.writeImage(author.directory.resolve(TinyApp.IMAGE), program);
        author.git("add", "-A");
        author.git("commit", "-q", "-m", name);
        return author.directory;
    }

    BuiltImage build(Path repository, EnclaveOsRelease on, String stage) throws Exception {
        try (AppSource app = AppSource.checkout(repository, "here", AppSource.HEAD).orElseThrow()) {
            return new Pipeline(new BuildHome(directory.resolve("builds")), on, BuildLimits.defaults())
                    .build(app.repository(), app.commit(), directory.resolve(stage), BuildListener.SILENT);
        }
    }
}
