package co.caution.relay;

import co.caution.hosting.EnclaveHost;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Under which root this platform's evidence ends: a hint for its own users; a verifier decides for itself. */
@RestController
class TrustRootController {

    /** @param fingerprint SHA-256 of the certificate's DER */
    record View(String name, boolean hardware, String fingerprint) {}

    private final EnclaveHost host;

    TrustRootController(EnclaveHost host) {
        this.host = host;
    }

    @GetMapping("/api/trust-root")
    View trustRoot() {
        var root = host.trustRoot();
        return new View(root.name(), root.hardware(), root.fingerprint());
    }
}
