package co.caution.gateway;

import co.caution.account.Account;
import co.caution.account.Role;
import co.caution.account.Scope;
import co.caution.app.App;
import co.caution.app.Build;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** What a field may hold beyond its type, from where the service checks it; and what it may look like. */
final class OpenApiLimits {

    private static final List<String> ROLES = Arrays.stream(Role.values()).map(Role::word).toList();

    /** By the schema's name and the field's. */
    private static final Map<String, Pattern> PATTERNS = Map.of(
            "NewApp.name", App.NAME,
            "NewOrganization.name", Account.NAME,
            "AdminNewUser.name", Account.NAME,
            "InvitationEntering.name", Account.NAME,
            "PasskeyNewcomer.name", Account.NAME,
            "LoginBegin.user", Account.NAME);

    private static final Map<String, List<String>> WORDS = Map.of(
            "OrganizationOfRole.role", ROLES,
            "Organization.role", ROLES,
            "OrganizationMember.role", ROLES,
            "OrganizationInvitation.role", ROLES,
            "OrganizationInvitationLink.role", ROLES,
            "InvitationOffer.role", ROLES,
            "Build.state", Arrays.stream(Build.State.values()).map(state -> state.name().toLowerCase(Locale.ROOT)).toList(),
            "App.state", List.of("initialized", "starting", "running", "restarting", "stopped", "failed"));

    /** Of fields that are plain text, for examples of answers. */
    static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("name", "hello"),
            Map.entry("resource_name", "hello"),
            Map.entry("organization", "acme"),
            Map.entry("git_url", "ssh://git@localhost:2222/" + ApiSeed.APP + ".git"),
            Map.entry("deploy_branch", "main"),
            Map.entry("ref", "refs/heads/main"),
            Map.entry("commit", "0123456789abcdef0123456789abcdef01234567"),
            Map.entry("pcr0", "0".repeat(96)),
            Map.entry("pcr1", "1".repeat(96)),
            Map.entry("pcr2", "2".repeat(96)),
            Map.entry("application_url", "http://localhost:20001"),
            Map.entry("attestation_url", "http://localhost:20000/attestation"),
            Map.entry("channel_url", "https://localhost:20002"),
            Map.entry("reason", "the app does not answer on port 8080"),
            Map.entry("failed_phase", "build"),
            Map.entry("failure", "the app's build ended with exit code 1"),
            Map.entry("fingerprint", "SHA256:iQOQ4ltHYjYq6f0ZQ5Mww3T1dAoGqkcIDx2nT2dHc2I"),
            Map.entry("type", "ssh-ed25519"),
            Map.entry("public_key", ApiSeed.SSH_KEY.replace(" bob", "")),
            Map.entry("token", "caution_…"),
            Map.entry("user", "alice"),
            Map.entry("invited_by", "alice"),
            Map.entry("link", ApiSeed.SERVER + "/join#caution_invite_…"),
            Map.entry("challenge", ApiSeed.NONCE),
            Map.entry("request", ApiSeed.ANY_ID));

    private OpenApiLimits() {}

    static void put(String schema, String field, ObjectNode into) {
        Pattern pattern = PATTERNS.get(schema + "." + field);
        if (pattern != null) {
            into.put("pattern", "^" + pattern.pattern() + "$");
            into.putArray("examples").add("hello");
        }
        if (field.equals("scopes")) {
            Scope.ALL.forEach(scope -> ((ObjectNode) into.path("items")).withArray("enum").add(scope.word()));
        }
        WORDS.getOrDefault(schema + "." + field, List.of()).forEach(word -> into.withArray("enum").add(word));
    }
}
