package co.caution.relay;

import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The same challenge, on the gateway; open to anyone, as verification must be. */
@RestController
class AttestationController {

    private final AttestationRelay relay;

    AttestationController(AttestationRelay relay) {
        this.relay = relay;
    }

    @PostMapping("/api/apps/{app}/attestation")
    ResponseEntity<byte[]> attest(@PathVariable UUID app, InputStream body) throws IOException {
        var answer = relay.ask(app, body);
        return ResponseEntity.status(answer.status())
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(answer.body());
    }
}
