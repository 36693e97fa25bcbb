package co.caution.cli;

import co.caution.attestation.EncodedDocument;
import co.caution.verify.DocumentVerification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A document that the user named, as it is or in hex or base64, alone or in the answer of an attestation endpoint.
 *
 * @param form what it was read as
 */
record DocumentFile(byte[] document, String form) {

    /** An endpoint's answer carries a manifest beside the document; what is longer is read no further, and refused. */
    private static final int MAX_SIZE = 1 << 20;

    /** @param name a file, or "-" for standard input */
    static DocumentFile read(String name) {
        byte[] bytes;
        try (InputStream in = name.equals("-") ? System.in : Files.newInputStream(Path.of(name))) {
            bytes = in.readNBytes(MAX_SIZE + 1);
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The document " + name + " cannot be read: " + Errors.why(e) + ".");
        }
        if (startsLikeJson(bytes)) {
            try {
                return new DocumentFile(DocumentVerification.documentIn(bytes), "an endpoint's answer");
            } catch (IllegalArgumentException e) {
                return new DocumentFile(bytes, "raw bytes, being no endpoint's answer either: " + e.getMessage());
            }
        }
        EncodedDocument read = EncodedDocument.read(bytes);
        return new DocumentFile(read.document(), read.encoding().toString());
    }

    private static boolean startsLikeJson(byte[] bytes) {
        return new String(bytes, 0, Math.min(bytes.length, 64), StandardCharsets.ISO_8859_1).stripLeading().startsWith("{");
    }
}
