package co.caution.app.web;

import co.caution.Version;
import co.caution.app.Platform;
import co.caution.build.Pipeline;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The platform, for those who use it. */
@RestController
class StatusController {

    record Hosting(String kind, boolean simulated) {}

    record EnclaveOs(String digest, String pcr1) {}

    record Capacity(Platform.Room memory, Platform.Room cpus, Platform.Room ports, Platform.Room disk) {}

    record StatusView(String version, int pipeline, Hosting hosting, EnclaveOs enclaveos, Capacity capacity) {}

    private final Platform platform;

    StatusController(Platform platform) {
        this.platform = platform;
    }

    @GetMapping("/api/status")
    StatusView status() {
        return new StatusView(Version.NUMBER, Pipeline.VERSION, new Hosting(platform.hosting(), platform.simulated()),
                new EnclaveOs(platform.enclaveOs(), platform.pcr1()),
                new Capacity(platform.memory(), platform.cpus(), platform.ports(), platform.disk()));
    }
}
