package co.caution.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The few pages for browsers: signing in, joining, one's keys, letting a program in. They hold nobody's data; their script asks the API. */
@RestController
class PageController {

    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);
    private static final Map<String, MediaType> FILES = Map.of(
            "style.css", new MediaType("text", "css", StandardCharsets.UTF_8),
            "api.js", new MediaType("text", "javascript", StandardCharsets.UTF_8),
            "sign-in.js", new MediaType("text", "javascript", StandardCharsets.UTF_8),
            "join.js", new MediaType("text", "javascript", StandardCharsets.UTF_8),
            "device.js", new MediaType("text", "javascript", StandardCharsets.UTF_8),
            "account.js", new MediaType("text", "javascript", StandardCharsets.UTF_8));

    @GetMapping("/")
    ResponseEntity<Resource> signIn() {
        return file("sign-in.html", HTML);
    }

    @GetMapping("/join")
    ResponseEntity<Resource> join() {
        return file("join.html", HTML);
    }

    @GetMapping("/device")
    ResponseEntity<Resource> device() {
        return file("device.html", HTML);
    }

    @GetMapping("/account")
    ResponseEntity<Resource> account() {
        return file("account.html", HTML);
    }

    @GetMapping("/ui/{file}")
    ResponseEntity<Resource> file(@PathVariable String file) {
        MediaType type = FILES.get(file);
        if (type == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return file(file, type);
    }

    private static ResponseEntity<Resource> file(String name, MediaType type) {
        return ResponseEntity.ok().contentType(type).cacheControl(CacheControl.noCache()).body(new ClassPathResource("ui/" + name));
    }
}
