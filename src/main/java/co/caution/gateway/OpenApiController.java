package co.caution.gateway;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Serves the API's description: a file that was written and checked when the service was built. */
@RestController
class OpenApiController {

    private final byte[] document;
    private final String tag;

    OpenApiController() throws IOException, NoSuchAlgorithmException {
        document = new ClassPathResource("openapi.json").getContentAsByteArray();
        tag = '"' + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(document)) + '"';
    }

    @GetMapping("/api/openapi.json")
    ResponseEntity<byte[]> document() {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noCache())
                .eTag(tag)
                .body(document);
    }
}
