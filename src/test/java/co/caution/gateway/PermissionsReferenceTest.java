package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.account.Action;
import co.caution.account.Role;
import co.caution.account.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Writes {@code target/permissions.md} from the tables that decide; the page is a copy of it. */
class PermissionsReferenceTest {

    @Test
    void thePageSaysWhatTheTablesSay() throws Exception {
        String page = page();
        Files.writeString(Path.of("target", "permissions.md"), page);
        assertThat(Path.of("docs", "reference", "permissions.md")).as("copy target/permissions.md over it").hasContent(page);
    }

    private static String page() {
        var page = new StringBuilder("""
                # Permissions

                Made from the tables in the program that decide (`Action`, `Routes`); `PermissionWalkIT` walks every line with every role.

                Apps belong to organizations. Everybody has one of their own, with their user's name, and may be in others. What somebody is there
                decides what they may; each role may all that those before it may. What is in an organization that one is not in answers exactly as
                if it did not exist: the same status (404), the same words, after the same questions to the database. In one's own, what takes
                a higher role answers 403 and says which.

                ## Roles

                | |""");
        page.append(' ').append(Arrays.stream(Role.values()).map(Role::word).collect(Collectors.joining(" | "))).append(" | scope |\n|---|")
                .append("---|".repeat(Role.values().length + 1)).append('\n');
        for (Action action : Action.values()) {
            page.append("| ").append(action.meaning()).append(" (`").append(name(action)).append("`) |");
            for (Role role : Role.values()) {
                page.append(role.atLeast(action.least()) ? " yes |" : " – |");
            }
            page.append(" `").append(action.scope().word()).append("` |\n");
        }
        page.append("""

                ## Scopes

                What a token may is at most what its owner may, and at most what its scopes say. None contains another. Browsers' sessions and tokens of a
                login have all; others have those that they were made with. What takes another scope answers 403 and names it, before anything is looked up.

                | scope | with it one may |
                |---|---|
                """);
        for (Scope scope : Scope.values()) {
            page.append("| `").append(scope.word()).append("` | ").append(scope.meaning()).append(" |\n");
        }
        page.append("""

                Whoever may change who is let in may in the end let in whom they like: give `manage` to nobody whom you would not give everything. What
                makes a way in for its owner (keys, passkeys, links, sessions) takes all three.

                A token may be bound to one app: every other app is not there for it, and what is about no app answers 403, but for what any token may.
                It gives its own app no other name: which names are taken says what other apps there are.

                ## Git

                | command | takes |
                |---|---|
                | `git push` | `deploy` |
                | `git fetch`, `git clone` | `fetch-source` |

                A key that acts for several people may what any of them may. A key that is bound to an app (`caution ssh-keys add --app`) pushes to that app, as
                long as whoever added it may, and does nothing else: no fetch, no login, no proof.

                ## Routes

                [What each does](api.md). A route that is not here is not served. *Fresh proof* is a signature, by an SSH key or a passkey of the caller's,
                over this very call ([API](api.md#post-apiproofs)); it is asked for once the rest is permitted.

                | route | who may call it | scope |
                |---|---|---|
                """);
        for (var route : Routes.ALL) {
            page.append("| `").append(route.method()).append(' ').append(route.pattern()).append("` | ").append(words(route.access()))
                    .append(words(route.proof())).append(" | ").append(scopes(route.access())).append(" |\n");
        }
        return page.toString();
    }

    static String words(Access access) {
        return switch (access) {
            case Access.Anyone anyone -> "anybody: " + anyone.why();
            case Access.Operator _ -> "the operator, on the host";
            case Access.Monitor _ -> "the operator, and whoever has the token for metrics";
            case Access.Oneself _ -> "anybody who is signed in, for themselves";
            case Access.Wherever wherever -> "anybody who is signed in; shows what comes from where they may `" + name(wherever.action()) + "`";
            case Access.Within within -> "`" + name(within.action()) + "` in " + switch (within.subject()) {
                case APP -> "the app's organization";
                case ORGANIZATION -> "that organization";
                case PARAMETER -> "the organization that the parameter `organization` names; without it, in one's own";
            };
        };
    }

    private static String scopes(Access access) {
        return switch (access) {
            case Access.Anyone _, Access.Operator _, Access.Monitor _ -> "";
            case Access.Oneself _, Access.Within _, Access.Wherever _ -> access.scopes().isEmpty() ? "any token"
                    : access.scopes().stream().sorted().map(scope -> "`" + scope.word() + "`").collect(Collectors.joining(", "))
                            + (access.takesBound() ? "" : "; no token of one app");
        };
    }

    private static String words(Routes.Proof proof) {
        return switch (proof) {
            case NONE -> "";
            case FRESH -> ", with fresh proof";
            case FRESH_BUT_FOR_THE_FIRST -> ", with fresh proof unless it is the first passkey and a link signed the browser in a moment ago";
        };
    }

    private static String name(Action action) {
        return action.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
