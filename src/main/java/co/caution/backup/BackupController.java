package co.caution.backup;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The operator's backup, as a stream; an end without {@code contents.json} is a backup that failed. */
@RestController
class BackupController {

    private final Backups backups;

    BackupController(Backups backups) {
        this.backups = backups;
    }

    @GetMapping("/api/admin/backup")
    void backup(@RequestParam(name = "all_images", defaultValue = "false") boolean allImages, HttpServletResponse response)
            throws IOException {
        response.setContentType("application/x-tar");
        // For a progress bar: what is written meanwhile makes it longer.
        response.setHeader("x-estimated-length", Long.toString(backups.estimate(allImages)));
        backups.write(response.getOutputStream(), allImages);
    }
}
