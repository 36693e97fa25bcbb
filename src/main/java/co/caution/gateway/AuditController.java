package co.caution.gateway;

import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.audit.AuditHead;
import co.caution.audit.AuditTrail;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** The audit log: an organization's own entries, or all of them for the operator; to read, and to check elsewhere. */
@RestController
class AuditController {

    static final String JSON_LINES = "application/x-ndjson";

    /** Fields that have no value are left out; the names are those that are hashed. */
    record EntryView(long sequence, Instant at, String event, String actor, String by, @Nullable UUID account, @Nullable String credential,
            @Nullable String request, @Nullable String address, @Nullable String proof, @Nullable UUID organization, String subject,
            Map<String, String> details, String hash) {
        static EntryView of(AuditTrail.Recorded recorded) {
            var e = recorded.entry();
            return new EntryView(e.sequence(), e.at(), e.event(), e.actor(), e.by(), e.account(), e.credential(), e.request(), e.address(),
                    e.proof(), e.organization(), e.subject(), e.named(), HexFormat.of().formatHex(recorded.hash()));
        }
    }

    /**
     * @param sequence 0 while nothing is written
     * @param guarded whether the database itself keeps the service from changing what is written
     */
    record HeadView(long sequence, String hash, boolean guarded) {}

    private final AuditTrail trail;

    AuditController(AuditTrail trail) {
        this.trail = trail;
    }

    @GetMapping("/api/organizations/{organization}/audit")
    ResponseEntity<List<EntryView>> list(@RequestAttribute(Apps.OWNER) Owner organization, PageRequest page, HttpServletRequest http) {
        return trail.page(organization.id(), page).answer(EntryView::of, http);
    }

    @GetMapping("/api/organizations/{organization}/audit/export")
    void export(@RequestAttribute(Apps.OWNER) Owner organization, HttpServletResponse response) throws IOException {
        export(organization.id(), response);
    }

    @GetMapping("/api/admin/audit")
    ResponseEntity<List<EntryView>> listAll(PageRequest page, HttpServletRequest http) {
        return trail.page(null, page).answer(EntryView::of, http);
    }

    @GetMapping("/api/admin/audit/export")
    void exportAll(HttpServletResponse response) throws IOException {
        export((UUID) null, response);
    }

    @GetMapping("/api/admin/audit/head")
    HeadView head() {
        AuditHead head = trail.head().orElse(AuditHead.NONE);
        return new HeadView(head.sequence(), head.hash(), trail.guarded());
    }

    private void export(@Nullable UUID organization, HttpServletResponse response) throws IOException {
        response.setContentType(JSON_LINES);
        var out = response.getOutputStream();
        trail.export(organization, line -> out.write((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
