package co.caution.relay;

import co.caution.enclaveos.EnclaveOsImages;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The same on the gateway; open to anyone, as verification must be. */
@RestController
class WellKnownController {

    private final WellKnown files;

    WellKnownController(WellKnown files) {
        this.files = files;
    }

    @GetMapping(EnclaveOsImages.PLACE + "{digest}/{file}")
    ResponseEntity<Resource> enclaveOs(@PathVariable String digest, @PathVariable String file) {
        return forEver(files.enclaveOs(digest, file), "there is no such EnclaveOS here");
    }

    @GetMapping(WellKnown.FILES + "{sha256}")
    ResponseEntity<Resource> files(@PathVariable String sha256) {
        return forEver(files.files(sha256), "there is no such list of files here, or its app keeps it private");
    }

    private static ResponseEntity<Resource> forEver(Optional<Path> file, String otherwise) {
        Resource found = file.map(FileSystemResource::new)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, otherwise));
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .header(HttpHeaders.CACHE_CONTROL, WellKnown.CACHE)
                .header("Access-Control-Allow-Origin", "*")
                .body(found);
    }
}
