package co.caution.explain;

/** The usual reasons for which two builds of one source give different files. docs/guide has a page with the cures. */
public enum Cause {
    ARCHIVE_TIME("the time of the build, in an archive's entries", "give entries a fixed time: tar --mtime=@0, zip -X after touch -d @0, ar D"),
    ARCHIVE_ORDER("the order of an archive's entries", "sort them: tar --sort=name, or find … | sort, with LC_ALL=C"),
    GZIP_TIME("the time in a gzip's header", "leave it out: gzip -n"),
    PYC_TIME("the time of the source in a compiled Python file", "compile with --invalidation-mode unchecked-hash, or leave .pyc files out"),
    DATE("the date or time of the build", "take it from the source (SOURCE_DATE_EPOCH, a version file), or leave it out"),
    BUILD_ID("a build id that is new each time", "derive it from the content: -Wl,--build-id=sha1, or none"),
    BUILD_PATH("the directory of the build", "build in a fixed directory, not mktemp's; -ffile-prefix-map=DIR=."),
    LINE_ORDER("the order in which names were found", "sort them: ls and find … | sort, with LC_ALL=C; keep parallel steps from writing into one file"),
    LOCALE("the order of a locale", "sort with LC_ALL=C"),
    RANDOMNESS("random bytes: a key, an id, a seed", "make it at run time, inside the enclave; a secret in an image is public"),
    CPU_COUNT("the number of processors", "choose a fixed number, or ask at run time"),
    HOST_NAME("the name of the machine", "leave it out"),
    UMASK("permission bits", "set them: chmod, install -m, COPY --chmod"),
    OWNER("the owner", "set it: chown, COPY --chown, tar --owner=0 --group=0 --numeric-owner"),
    BASE("another base image, or packages of other versions", "name bases by digest and packages by lock; do not install or update over the network");

    private final String words;
    private final String cure;

    Cause(String words, String cure) {
        this.words = words;
        this.cure = cure;
    }

    /** What it is, to follow "because of". */
    public String words() {
        return words;
    }

    /** What helps. */
    public String cure() {
        return cure;
    }
}
