package co.caution.build;

/** The names of the phases, in their order. */
final class Phase {

    static final String SOURCE = "Exporting source";
    static final String CONFIGURATION = "Reading Procfile";
    static final String BASES = "Fetching base images";
    static final String IMAGE = "Building image";
    static final String FLATTEN = "Flattening image";
    static final String ENCLAVE = "Building enclave image";

    private Phase() {}
}
