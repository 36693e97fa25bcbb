package co.caution.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import co.caution.TestKey;
import co.caution.TestService;
import co.caution.audit.Actor;
import co.caution.audit.AuditLog;
import co.caution.paging.PageRequest;
import co.caution.sshkey.SshPublicKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class AccountsIT {

    private static final String KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJDJKIpOvfm1T+7Ks+Hh+IGsfFWms6z9E++sTVVQyKNj";

    @TempDir
    static Path directory;

    private final TestService service = TestService.shared();
    private final Instant start = Instant.now();

    AccountsIT() throws Exception {}

    /** A write for each call took more than the call itself. */
    @Test
    void aUseOfATokenIsWrittenDownOnceAMinute() {
        var person = service.person("grain-of-tokens");
        String token = service.token(person);
        for (int second : new int[] {0, 30, 59, 61, 100}) {
            assertThat(tokensAt(second).find(token)).isPresent();
            assertThat(tokensAt(second).of(person.id(), PageRequest.ALL).items().getFirst().lastUsedAt()).as("after " + second + " seconds")
                    .isCloseTo(start.plusSeconds(second > 60 ? 61 : 0), within(Duration.ofMillis(1)));
        }
    }

    @Test
    void aUseOfAKeyIsWrittenDownOnceAMinute() {
        var person = service.person("grain-of-keys");
        var key = SshPublicKey.parse(KEY);
        service.bean(Accounts.class).addSshKey(person.id(), key);
        for (int second : new int[] {0, 30, 59, 61, 100}) {
            assertThat(at(second).byKey(key.fingerprint())).containsExactly(person.id());
            assertThat(at(second).sshKeys(person.id()).getFirst().lastUsedAt()).as("after " + second + " seconds")
                    .isCloseTo(start.plusSeconds(second > 60 ? 61 : 0), within(Duration.ofMillis(1)));
        }
    }

    @Test
    void whoPutsAnothersKeyBesideTheirOwnIsNotNamedForWhatTheOtherDoes() throws Exception {
        var accounts = service.bean(Accounts.class);
        var key = new TestKey(directory);
        var owner = service.person("named-for-a-push");
        var stranger = service.person("not-named-for-it");
        accounts.addSshKey(owner.id(), key.publicKey());
        accounts.addSshKey(stranger.id(), key.publicKey());

        var actor = accounts.holder(key.publicKey().fingerprint(), owner.id(), Actor.nobody("request", null));

        assertThat(actor.account()).isEqualTo(owner.id());
        assertThat(actor.name()).isEqualTo(owner.name());
        service.join(owner.id(), stranger, Role.VIEWER);
        var both = accounts.holder(key.publicKey().fingerprint(), owner.id(), Actor.nobody("request", null));
        assertThat(both.account()).isNull();
        assertThat(both.name()).isEqualTo(owner.name() + "," + stranger.name());
    }

    private Accounts at(int second) {
        return new Accounts(service.bean(JdbcClient.class), service.bean(Organizations.class), service.bean(AuditLog.class),
                Clock.fixed(start.plusSeconds(second), ZoneOffset.UTC));
    }

    private Tokens tokensAt(int second) {
        return new Tokens(service.bean(JdbcClient.class), service.bean(Accounts.class), service.bean(Organizations.class), Clock.fixed(start.plusSeconds(second), ZoneOffset.UTC), new SecureRandom());
    }
}
