package co.caution.cli;

import co.caution.eif.AtomicFile;
import co.caution.eif.Eif;
import co.caution.eif.InvalidEifException;
import co.caution.packages.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpHeaders;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution apps download-eif}: the image itself, to be compared, booted or kept. */
@Command(name = "download-eif", description = "Download the enclave image of a release, and measure it.")
final class DownloadEifCommand implements Callable<Integer> {

    @ParentCommand
    AppsCommand apps;

    @Parameters(paramLabel = "APP", arity = "0..1", description = "Its id or name (default: this repository's).")
    @Nullable String app;

    @Option(names = "--release", paramLabel = "N", description = "The release's number (default: the one that runs, or ran last).")
    @Nullable Integer number;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Where to write it (default: APP-vN.eif).")
    @Nullable Path output;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() throws IOException {
        ApiClient api = apps.api();
        JsonNode found = AppLookup.find(api, app, Checkout.find());
        int release = number != null ? number : found.path("release").path("number").asInt(0);
        if (release < 1) {
            throw new CliException(Errors.USAGE, "This app has no release yet, or --release is none: releases are counted from 1."
                    + " 'git push caution' makes one.");
        }
        Path file = Surroundings.current().directory()
                .resolve(output != null ? output : Path.of(name(found) + "-v" + release + ".eif"));
        String sha256 = download(api, "/api/apps/" + found.path("id").asString() + "/releases/" + release + "/eif", file);
        try {
            report(file, sha256, release, Eif.read(file));
        } catch (InvalidEifException e) {
            throw new CliException(file + " came as the server has it, but is no image: " + e.getMessage());
        }
        return 0;
    }

    /** A name that a server made up stays in this directory. */
    private static String name(JsonNode app) {
        String name = app.path("resource_name").asString("");
        return name.matches("[a-z0-9][a-z0-9-]{0,62}") ? name : "app";
    }

    private static String download(ApiClient api, String path, Path file) {
        var bar = new ProgressBar();
        try {
            return AtomicFile.write(file, part -> {
                MessageDigest digest = Sha256.digest();
                HttpHeaders headers = receive(api, path, part, digest, bar);
                String found = Sha256.hex(digest);
                String wanted = headers.firstValue("etag").orElse("").replace("\"", "");
                if (!found.equals(wanted)) {
                    throw new IOException("what came has the SHA-256 " + found + ", and the server's is " + wanted
                            + ": something on the way changed it. Try again");
                }
                part.force(true);
                return found;
            });
        } catch (IOException e) {
            throw new CliException("The image was not downloaded: " + e.getMessage() + ".");
        } finally {
            bar.end();
        }
    }

    private static HttpHeaders receive(ApiClient api, String path, FileChannel part, MessageDigest digest, ProgressBar bar) {
        OutputStream out = new DigestOutputStream(Channels.newOutputStream(part), digest);
        return api.download(path, out, (bytes, total) -> bar.show("Downloading", total == 0 ? 0 : (double) bytes / total));
    }

    private void report(Path file, String sha256, int release, Eif image) throws IOException {
        if (json) {
            var out = Output.ordered("file", file.toString(), "bytes", Files.size(file), "sha256", sha256, "release", release);
            out.putAll(KnownPcrs.of(image.measure()));
            Output.json(out);
            return;
        }
        System.out.println("Image:  " + file + " (" + (Files.size(file) >> 20) + " MiB), release v" + release);
        System.out.println("SHA-256 " + sha256);
        System.out.println("Measured here, from the file:");
        image.measure().map().forEach((register, value) -> System.out.println("  PCR" + register + ": " + value));
        System.out.println("If verify says that it differs from its own source: caution verify --eif " + file);
    }
}
