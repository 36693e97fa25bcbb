package co.caution.hosting;

import co.caution.eif.Measurements;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What to start.
 *
 * @param id the deployment's id: starting the same one twice is an error
 * @param eif the image; refused when it does not measure to {@code measurements}
 * @param ports the app's ports inside the enclave
 * @param egress {@code host:port} pairs that the enclave may ask the host for
 * @param memoryMb memory of the enclave, in MiB
 */
public record LaunchSpec(
        UUID id,
        Path eif,
        Measurements measurements,
        List<Integer> ports,
        List<String> egress,
        int cpus,
        int memoryMb) {

    public LaunchSpec {
        ports = List.copyOf(ports);
        egress = List.copyOf(egress);
    }
}
