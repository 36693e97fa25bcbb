package co.caution.words;

import co.caution.words.Phrase.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that can be said; {@code docs/reference/ssh.md} is made from it. */
public final class Vocabulary {

    private static final View FIELDS = new View.Fields();

    public static final List<Phrase> PHRASES = List.of(
            get("whoami", "/api/account", FIELDS, "whose key this is"),
            get("apps list", "/api/apps", columns("NAME", "resource_name", "ORGANIZATION", "organization", "STATE", "state",
                    "RELEASE", "release.number", "BRANCH", "deploy_branch", "ID", "id"), "your apps"),
            get("apps get APP", "/api/apps/{APP}", FIELDS, "one app"),
            Phrase.of("POST", "apps create NAME", "/api/apps", FIELDS, "make an app").with(Map.of("name", "NAME"))
                    .taking("--organization", "NAME"),
            Phrase.of("PATCH", "apps branch APP BRANCH", "/api/apps/{APP}", FIELDS, "choose the branch whose pushes deploy")
                    .with(Map.of("deploy_branch", "BRANCH")),
            Phrase.of("PATCH", "apps rename APP NAME", "/api/apps/{APP}", FIELDS, "give an app another name; the old one stays its own")
                    .with(Map.of("name", "NAME")),
            get("builds list APP", "/api/apps/{APP}/builds", columns("ID", "id", "STATE", "state", "FAILED", "failed_phase",
                    "COMMIT", "commit", "REF", "ref", "CREATED", "created_at"), "an app's builds, newest first"),
            get("builds show APP BUILD", "/api/apps/{APP}/builds/{BUILD}", FIELDS, "one build"),
            get("builds output APP BUILD", "/api/apps/{APP}/builds/{BUILD}/output", new View.Lines(), "what a build said"),
            Phrase.of("POST", "builds cancel APP BUILD", "/api/apps/{APP}/builds/{BUILD}/cancel", FIELDS,
                    "end a build that waits or runs"),
            get("releases list APP", "/api/apps/{APP}/releases", columns("NUMBER", "number", "RUNS", "runs", "COMMIT", "commit",
                    "SIZE", "eif_size", "PCR0", "pcr0", "CREATED", "created_at"), "what was built of an app, newest first"),
            get("deployments list APP", "/api/apps/{APP}/deployments", columns("ID", "id", "RELEASE", "release", "STATE", "state",
                    "CREATED", "created_at", "ENDED", "ended_at", "REASON", "reason"), "each run of a release, newest first"),
            get("orgs list", "/api/organizations", columns("NAME", "name", "ROLE", "role", "CREATED", "created_at", "ID", "id"),
                    "the organizations that you are in"),
            get("members list ORGANIZATION", "/api/organizations/{ORGANIZATION}/members",
                    columns("NAME", "name", "ROLE", "role", "SINCE", "created_at"), "who is in an organization"),
            get("ssh-keys list", "/api/account/ssh-keys", columns("FINGERPRINT", "fingerprint", "TYPE", "type", "NAME", "name",
                    "USED", "last_used_at", "ID", "id"), "your SSH keys"),
            get("tokens list", "/api/account/tokens", columns("NAME", "name", "CREATED", "created_at", "USED", "last_used_at",
                    "EXPIRES", "expires_at", "ID", "id"), "your tokens"),
            get("sessions list", "/api/sessions", columns("NAME", "name", "CREATED", "created_at", "USED", "last_used_at",
                    "EXPIRES", "expires_at", "ID", "id"), "browsers that are signed in as you"),
            get("audit list ORGANIZATION", "/api/organizations/{ORGANIZATION}/audit", columns("NUMBER", "sequence", "AT", "at",
                    "EVENT", "event", "ACTOR", "actor", "BY", "by", "SUBJECT", "subject"), "who changed what there, newest first"),
            get("status", "/api/status", FIELDS, "what the platform is, and how much room it has"),
            elsewhere("DELETE", "apps destroy APP", "/api/apps/{APP}", "caution apps destroy APP"),
            elsewhere("POST", "ssh-keys add", "/api/account/ssh-keys", "caution ssh-keys add FILE"),
            elsewhere("DELETE", "ssh-keys remove KEY", "/api/account/ssh-keys/{KEY}", "caution ssh-keys remove KEY"),
            elsewhere("DELETE", "members remove ORGANIZATION MEMBER", "/api/organizations/{ORGANIZATION}/members/{MEMBER}",
                    "caution members remove MEMBER --org ORGANIZATION"),
            elsewhere("DELETE", "orgs leave ORGANIZATION", "/api/organizations/{ORGANIZATION}/membership", "caution orgs leave ORGANIZATION"));

    private Vocabulary() {}

    /** Whether the line begins with a word of ours; what does not is refused as whatever SSH does not serve. */
    public static boolean begins(String line) {
        String first = line.strip().split(" ", 2)[0];
        return first.equals("help") || PHRASES.stream().anyMatch(phrase -> phrase.words().getFirst().equals(first));
    }

    /** The phrase that so begins: no phrase is the beginning of another. */
    static Optional<Phrase> find(List<String> line) {
        return PHRASES.stream()
                .filter(phrase -> line.size() >= phrase.words().size() && line.subList(0, phrase.words().size()).equals(phrase.words()))
                .findFirst();
    }

    /** Those whose first word it is, or all. */
    static Stream<Phrase> about(String first) {
        var about = PHRASES.stream().filter(phrase -> phrase.words().getFirst().equals(first)).toList();
        return (about.isEmpty() ? PHRASES : about).stream();
    }

    private static Phrase get(String usage, String path, View view, String meaning) {
        var phrase = Phrase.of("GET", usage, path, view, meaning);
        return view instanceof View.Columns ? phrase.taking("--limit", "N").taking("--cursor", "CURSOR") : phrase;
    }

    private static Phrase elsewhere(String method, String usage, String path, String command) {
        return Phrase.of(method, usage, path, new View.Elsewhere(command), "with the CLI: `" + command + "`");
    }

    private static View columns(String... headsAndFields) {
        var fields = new LinkedHashMap<String, String>();
        for (int i = 0; i < headsAndFields.length; i += 2) {
            fields.put(headsAndFields[i], headsAndFields[i + 1]);
        }
        return new View.Columns(fields);
    }
}
