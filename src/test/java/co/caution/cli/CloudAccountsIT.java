package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.FakeSts;
import co.caution.TestService;
import org.junit.jupiter.api.Test;

/** An owner connects an account at AWS, at their terminal. */
class CloudAccountsIT {

    private static final String ROLE = "arn:aws:iam::123456789012:role/caution";

    @Test
    void anAccountIsConnectedByPastingAPolicyAndCheckedUntilItHolds() throws Exception {
        Person clara = LocalServer.shared().account("clara-at-aws");
        assertThat(clara.caution("login").exitCode()).isZero();
        assertThat(clara.caution("cloud-accounts", "list").out()).contains("No cloud accounts");

        var added = clara.caution("cloud-accounts", "add", ROLE, "--region", "eu-central-1");
        assertThat(added.out()).as(added.err()).contains("\"sts:ExternalId\" : \"caution-", FakeSts.PRINCIPAL, "caution cloud-accounts check ");
        var account = clara.caution("cloud-accounts", "list", "--json").json().get(0);
        String id = account.path("id").asString();

        var refused = clara.caution("cloud-accounts", "check", id.substring(0, 8));
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out()).startsWith("refused: AWS does not let this service take on " + ROLE);
        TestService.shared().sts.trust.put(ROLE, account.path("external_id").asString());
        assertThat(clara.caution("cloud-accounts", "check", id).out()).startsWith("connected: ");
        assertThat(clara.caution("cloud-accounts", "list").out()).contains(ROLE + "  eu-central-1  connected  checked 2");

        assertThat(clara.caution("cloud-accounts", "add", ROLE, "--region", "eu-central-1").err()).contains("connected already");
        assertThat(clara.caution("cloud-accounts", "check", "zz").err()).contains("No cloud account's id begins with 'zz'");
        assertThat(clara.caution("cloud-accounts", "remove", id, "--json").json().path("removed").asBoolean()).isTrue();
        assertThat(clara.caution("cloud-accounts", "list", "--json").json()).isEmpty();
    }
}
