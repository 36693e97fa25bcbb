package co.caution.eif;

import java.nio.charset.StandardCharsets;

/** The metadata section. It is in no measurement, so nothing in it is a fact about a running enclave. */
public final class EifMetadata {

    /** Room for what {@code docker image inspect} says, which nitro-cli puts here. */
    static final int MAX_SIZE = 1 << 20;

    private EifMetadata() {}

    /** Compact JSON with the keys in {@code eif_build}'s order; the same arguments give the same bytes. */
    public static byte[] json(String imageName, String imageVersion, String kernelVersion) {
        String json = """
                {"ImageName":%s,"ImageVersion":%s,"BuildMetadata":{"BuildTime":"1970-01-01T00:00:00+00:00",\
                "BuildTool":"caution","BuildToolVersion":"1","OperatingSystem":"Linux","KernelVersion":%s},\
                "DockerInfo":null,"CustomMetadata":null}"""
                .formatted(Json.quote(imageName), Json.quote(imageVersion), Json.quote(kernelVersion));
        return json.getBytes(StandardCharsets.UTF_8);
    }

    static void check(byte[] json) {
        if (json.length > MAX_SIZE || !Json.isObject(json)) {
            throw new IllegalArgumentException("the metadata is not a JSON object of at most 1 MiB");
        }
    }
}
