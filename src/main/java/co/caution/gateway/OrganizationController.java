package co.caution.gateway;

import co.caution.account.Invitations;
import co.caution.account.Organizations;
import co.caution.account.Role;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.PlatformSettings;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Organizations, their members and invitations; who may is decided by the {@link Gate}. */
@RestController
@RequestMapping("/api/organizations")
class OrganizationController {

    record NewOrganization(String name) {}

    record OfRole(String role) {}

    record OrganizationView(UUID id, String name, String role, Instant createdAt) {
        static OrganizationView of(Organizations.Mine mine) {
            return new OrganizationView(mine.id(), mine.name(), mine.role().word(), mine.createdAt());
        }
    }

    record MemberView(String name, String role, Instant createdAt) {
        static MemberView of(Organizations.Member member) {
            return new MemberView(member.name(), member.role().word(), member.createdAt());
        }
    }

    record InvitationView(UUID id, String role, String invitedBy, Instant createdAt, Instant expiresAt) {}

    /** @param link shown this once */
    record InvitationLink(UUID id, String role, String link, Instant expiresAt) {}

    private final Organizations organizations;
    private final Invitations invitations;
    private final PlatformSettings settings;

    OrganizationController(Organizations organizations, Invitations invitations, PlatformSettings settings) {
        this.organizations = organizations;
        this.invitations = invitations;
        this.settings = settings;
    }

    @GetMapping
    ResponseEntity<List<OrganizationView>> list(@RequestAttribute(Apps.CALLER) UUID caller, PageRequest wanted, HttpServletRequest http) {
        return organizations.of(caller, wanted).answer(OrganizationView::of, http);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    OrganizationView create(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody NewOrganization request) {
        return OrganizationView.of(organizations.create(caller, request.name()));
    }

    @DeleteMapping("/{organization}/membership")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void leave(@RequestAttribute(Apps.CALLER) UUID caller, @RequestAttribute(Apps.OWNER) Owner organization) {
        organizations.leave(organization.id(), caller);
    }

    @GetMapping("/{organization}/members")
    ResponseEntity<List<MemberView>> members(
            @RequestAttribute(Apps.OWNER) Owner organization, PageRequest wanted, HttpServletRequest http) {
        return organizations.members(organization.id(), wanted).answer(MemberView::of, http);
    }

    @GetMapping("/{organization}/members/{member}")
    MemberView member(@RequestAttribute(Apps.OWNER) Owner organization, @PathVariable String member) {
        return MemberView.of(organizations.member(organization.id(), member));
    }

    @PatchMapping("/{organization}/members/{member}")
    MemberView change(@RequestAttribute(Apps.CALLER) UUID caller, @RequestAttribute(Apps.OWNER) Owner organization,
            @PathVariable String member, @RequestBody OfRole request) {
        return MemberView.of(organizations.change(organization.id(), caller, member, Role.of(request.role())));
    }

    @DeleteMapping("/{organization}/members/{member}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@RequestAttribute(Apps.CALLER) UUID caller, @RequestAttribute(Apps.OWNER) Owner organization,
            @PathVariable String member) {
        organizations.remove(organization.id(), caller, member);
    }

    @GetMapping("/{organization}/invitations")
    ResponseEntity<List<InvitationView>> invitations(
            @RequestAttribute(Apps.OWNER) Owner organization, PageRequest wanted, HttpServletRequest http) {
        return invitations.open(organization.id(), wanted).answer(open ->
                new InvitationView(open.id(), open.role().word(), open.invitedBy(), open.createdAt(), open.expiresAt()), http);
    }

    @PostMapping("/{organization}/invitations")
    @ResponseStatus(HttpStatus.CREATED)
    InvitationLink invite(@RequestAttribute(Apps.CALLER) UUID caller, @RequestAttribute(Apps.OWNER) Owner organization,
            @RequestBody OfRole request) {
        Role role = Role.of(request.role());
        var made = invitations.invite(organization.id(), caller, role);
        return new InvitationLink(made.id(), role.word(), settings.invitationUrl(made.secret()), made.expiresAt());
    }

    @DeleteMapping("/{organization}/invitations/{invitation}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void takeBack(@RequestAttribute(Apps.OWNER) Owner organization, @PathVariable UUID invitation) {
        invitations.takeBack(organization.id(), invitation);
    }
}
