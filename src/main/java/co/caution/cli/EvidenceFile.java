package co.caution.cli;

import co.caution.verify.SavedEvidence;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that evidence is kept in. */
record EvidenceFile(Path file) {

    /** Said before anybody is asked, where evidence could not be kept. */
    static EvidenceFile at(Path named) {
        Path file = Surroundings.current().directory().resolve(named).toAbsolutePath();
        if (!Files.isWritable(file.getParent()) || Files.isDirectory(file)) {
            throw new CliException(Errors.USAGE, "The evidence cannot be written to " + named + ": name a file in a directory that is there (--save).");
        }
        return new EvidenceFile(file);
    }

    static SavedEvidence read(Path named) {
        try (InputStream in = Files.newInputStream(Surroundings.current().directory().resolve(named))) {
            return SavedEvidence.parse(in.readNBytes(SavedEvidence.MAX_SIZE + 1));
        } catch (IllegalArgumentException e) {
            throw new CliException(Errors.USAGE, "The file " + named + " holds no evidence: " + e.getMessage() + ".");
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The file " + named + " cannot be read: " + Errors.why(e) + ".");
        }
    }

    void write(SavedEvidence evidence) {
        try (OutputStream out = Files.newOutputStream(file)) {
            evidence.write(out);
        } catch (IOException e) {
            throw new CliException("The evidence could not be written to " + file + ": " + e.getMessage());
        }
    }
}
