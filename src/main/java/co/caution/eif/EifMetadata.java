package co.caution.eif;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The metadata section. It is in no measurement, so nothing in it is a fact about a running enclave. */
public final class EifMetadata {

    /** Room for what {@code docker image inspect} says, which nitro-cli puts here. */
    static final int MAX_SIZE = 1 << 20;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'+00:00'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private EifMetadata() {}

    /** As {@link #json(String, String, String, Instant)}, with the beginning of time. */
    public static byte[] json(String imageName, String imageVersion, String kernelVersion) {
        return json(imageName, imageVersion, kernelVersion, Instant.EPOCH);
    }

    /**
     * Compact JSON with the keys in {@code eif_build}'s order; the same arguments give the same bytes.
     *
     * @param buildTime {@code SOURCE_DATE_EPOCH}, never a clock; whole seconds of the years 0 to 9999
     */
    public static byte[] json(String imageName, String imageVersion, String kernelVersion, Instant buildTime) {
        String json = """
                {"ImageName":%s,"ImageVersion":%s,"BuildMetadata":{"BuildTime":"%s",\
                "BuildTool":"caution","BuildToolVersion":"1","OperatingSystem":"Linux","KernelVersion":%s},\
                "DockerInfo":null,"CustomMetadata":null}"""
                .formatted(Json.quote(imageName), Json.quote(imageVersion), TIME.format(buildTime), Json.quote(kernelVersion));
        return json.getBytes(StandardCharsets.UTF_8);
    }

    static void check(byte[] json) {
        if (json.length > MAX_SIZE || !Json.isObject(json)) {
            throw new IllegalArgumentException("the metadata is not a JSON object of at most 1 MiB");
        }
    }
}
