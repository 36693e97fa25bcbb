package co.caution.project;

/** Bytes that are not a manifest. */
public final class ManifestException extends Exception {

    public ManifestException(String message) {
        super(message);
    }
}
