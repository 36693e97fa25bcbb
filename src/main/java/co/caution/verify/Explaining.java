package co.caution.verify;

import co.caution.attestation.Evidence.Genuine;
import co.caution.build.BuiltImage;
import co.caution.eif.Eif;
import co.caution.eif.Measurements;
import co.caution.explain.Conditions;
import co.caution.explain.Explanation;
import co.caution.explain.ImageComparison;
import co.caution.explain.ListComparison;
import co.caution.packages.Sha256;
import co.caution.project.FileList;
import co.caution.project.Manifest;
import co.caution.project.ManifestException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Finds out why genuine evidence is not that of the rebuild, and says how much of that is proven. The verdict never
 * hangs on it.
 *
 * @param image an EIF that is said to be the one that runs
 * @param url the attestation endpoint; empty where nobody is to be asked
 * @param tls whom to believe that the URL's host is who answers
 */
public record Explaining(Optional<Path> image, Optional<URI> url, SSLContext tls) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WELL_KNOWN = "/.well-known/caution/files/";
    private static final String GET_IMAGE = "Its image shows more: caution apps download-eif, then --eif FILE.";

    /** What the explanation rests on. */
    public enum Basis {
        /** The very image that runs: all of it is so. */
        IMAGE,
        /** The manifest, and the list of files that it names. */
        LIST,
        /** The manifest alone. */
        MANIFEST,
        NOTHING
    }

    /** @param notes what is proven and what is not, and what to do; a sentence or two each */
    public record Explained(Basis basis, Explanation explanation, List<String> notes) {}

    /** @param bound the manifest that the enclave's agent bound to the evidence */
    public Explained explain(Genuine evidence, Optional<Manifest> bound, BuiltImage ours) throws InterruptedException {
        var notes = new ArrayList<String>();
        try {
            Measurements remote = evidence.document().measurements();
            Optional<Eif> theirs = image.isPresent() ? image(image.get(), remote, notes) : Optional.empty();
            if (theirs.isPresent()) {
                notes.add("The image " + image.get() + " measures to the PCRs of the evidence: what is said here of what runs is proven.");
                return new Explained(Basis.IMAGE,
                        ImageComparison.compare(theirs.get(), Eif.read(ours.eif()), Conditions.UNKNOWN, Conditions.here(Clock.systemUTC())), notes);
            }
            boolean sameSystem = remote.pcr1().equals(ours.measurements().pcr1());
            if (!sameSystem) {
                notes.add("EnclaveOS differs (PCR1): kernel, command line or boot ramdisk are not those of the release that was used here.");
            }
            return bound.isPresent()
                    ? listed(bound.get(), sameSystem, remote.pcr2().equals(ours.measurements().pcr2()), ours, notes)
                    : nothing(notes, "No manifest came that the enclave bound to its evidence and that this program knows, so nothing is known of what it runs. " + GET_IMAGE);
        } catch (IOException | RuntimeException e) { // the verdict stands, whatever a stranger's image does to whoever reads it
            return nothing(notes, "The comparison stopped: " + e.getMessage() + ".");
        }
    }

    private static Explained nothing(List<String> notes, String why) {
        notes.add(why);
        return new Explained(Basis.NOTHING, new Explanation(List.of(), List.of(), 0, List.of()), notes);
    }

    /** The image, if it is the one that the evidence is of. */
    private static Optional<Eif> image(Path file, Measurements remote, List<String> notes) {
        try {
            Eif image = Eif.read(file);
            if (image.measure().equals(remote)) {
                return Optional.of(image);
            }
            notes.add("The file " + file + " is another image than the one that runs (its PCR0 is " + image.measure().pcr0()
                    + "): nothing is concluded from it.");
        } catch (IOException e) {
            notes.add("The file " + file + " cannot be used: " + e.getMessage() + ".");
        }
        return Optional.empty();
    }

    private Explained listed(Manifest theirs, boolean sameSystem, boolean sameApp, BuiltImage ours, List<String> notes)
            throws IOException, InterruptedException {
        notes.add(sameSystem
                ? "The configuration of what runs is proven: PCR1 is that of your rebuild, so it was EnclaveOS that read this manifest"
                        + " from the measured image."
                : "The configuration of what runs is unverified: with another PCR1, whoever named this manifest need not be EnclaveOS.");
        FileList own;
        try {
            own = FileList.parse(Files.readAllBytes(ours.files()));
        } catch (ManifestException e) {
            throw new IOException(e.getMessage(), e);
        }
        Optional<FileList> list = theirs.files().equals(ours.manifest().files()) ? Optional.of(own) : fetched(theirs.files(), notes);
        Explanation explanation = ListComparison.compare(
                theirs.toJson(), ours.manifestJson(), list, own, Eif.read(ours.eif()), Conditions.here(Clock.systemUTC()));
        if (list.isPresent() && explanation.isEmpty() && !sameApp) {
            notes.add("Its manifest and its list of files are those of your rebuild, and yet PCR2 differs: the image holds something"
                    + " that its list does not say. Do not trust it. " + GET_IMAGE);
        } else if (list.isPresent() && !explanation.files().isEmpty()) {
            notes.add("The list of its files is the one that its manifest names. That its image holds just these, its maker says;"
                    + " only the image shows it. " + GET_IMAGE);
        }
        return new Explained(list.isPresent() ? Basis.LIST : Basis.MANIFEST, explanation, notes);
    }

    private Optional<FileList> fetched(String sha256, List<String> notes) throws InterruptedException {
        String why;
        try {
            if (!sha256.matches("[0-9a-f]{64}")) {
                why = "its manifest names none that could be asked for";
            } else if (url.isEmpty()) {
                why = "nobody was asked for it";
            } else {
                byte[] list = new CarefulHttp(PATIENCE, tls).get(url.get().resolve(WELL_KNOWN + sha256), FileList.MAX_BYTES);
                if (Sha256.of(list).equals(sha256)) {
                    return Optional.of(FileList.parse(list));
                }
                why = "what came as the list has another digest than the manifest names";
            }
        } catch (IOException | ManifestException e) {
            why = e.getMessage();
        }
        notes.add("The files of what runs are others than those of your rebuild; which ones is not known, as their list is not at hand: "
                + why + ". " + GET_IMAGE);
        return Optional.empty();
    }
}
