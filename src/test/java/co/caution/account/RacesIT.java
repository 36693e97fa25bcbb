package co.caution.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.Meanwhile;
import co.caution.TestKey;
import co.caution.TestService;
import co.caution.app.Apps;
import co.caution.paging.PageRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Two at once, where only one may get through: they meet in the database, behind a row or a lock that the test holds. */
class RacesIT {

    private static final String ACCOUNT = "select id from account where id = ? for update";
    private static final String ORGANIZATION = "select id from organization where id = ? for update";

    @TempDir
    Path directory;

    private final TestService service = TestService.shared();
    private final JdbcClient jdbc = service.bean(JdbcClient.class);
    private final Accounts accounts = service.bean(Accounts.class);
    private final Organizations organizations = service.bean(Organizations.class);
    private final Invitations invitations = service.bean(Invitations.class);
    private final Passkeys passkeys = service.bean(Passkeys.class);
    private final Sessions sessions = service.bean(Sessions.class);
    private final Tokens tokens = service.bean(Tokens.class);
    private final BrowserLinks links = service.bean(BrowserLinks.class);

    RacesIT() throws Exception {}

    private static String unique(String name) {
        return name + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private Account somebody() {
        return service.person(unique("rival"));
    }

    private UUID organization(Account... people) {
        UUID made = service.organization(unique("race"));
        for (Account owner : people) {
            service.join(made, owner, Role.OWNER);
        }
        return made;
    }

    private static Callable<?> call(Runnable what) {
        return () -> {
            what.run();
            return null;
        };
    }

    private List<Object> at(String row, UUID held, Runnable... calls) throws Exception {
        try (var meanwhile = new Meanwhile(service).does(row, held)) {
            return meanwhile.passes(Arrays.stream(calls).map(RacesIT::call).toArray(Callable[]::new));
        }
    }

    private static void oneDoneAndTheOther(List<Object> outcomes, Class<? extends AccountException> refused) {
        assertThat(outcomes).satisfiesExactlyInAnyOrder(one -> assertThat(one).isEqualTo("done"),
                other -> assertThat(other).isInstanceOf(refused));
    }

    private List<String> owners(UUID organization) {
        return organizations.members(organization, PageRequest.ALL).items().stream().filter(each -> each.role() == Role.OWNER)
                .map(Organizations.Member::name).toList();
    }

    private long entries(String event, String subject) {
        return jdbc.sql("select count(*) from audit_entry where event = ? and subject = ?").params(event, subject).query(Long.class).single();
    }

    // Organizations

    @Test
    void ofTwoLastOwnersWhoLeaveAtOnceOneStays() throws Exception {
        Account a = somebody();
        Account b = somebody();
        UUID organization = organization(a, b);
        oneDoneAndTheOther(at(ORGANIZATION, organization, () -> organizations.leave(organization, a.id()),
                () -> organizations.leave(organization, b.id())), AccountException.Conflict.class);
        assertThat(owners(organization)).hasSize(1);
    }

    @Test
    void theLastOwnerDoesNotLeaveWhileTheOtherIsDemoted() throws Exception {
        Account leaving = somebody();
        Account demoted = somebody();
        UUID organization = organization(leaving, demoted);
        var outcomes = at(ORGANIZATION, organization, () -> organizations.leave(organization, leaving.id()),
                () -> organizations.change(organization, leaving.id(), demoted.name(), Role.VIEWER));
        // Whoever left first may not demote anybody; and where nobody else is owner, nobody leaves.
        assertThat(outcomes).filteredOn("done"::equals).hasSize(1);
        assertThat(owners(organization)).hasSize(1);
    }

    @Test
    void ofTwoWhoRemoveEachOtherOneDoes() throws Exception {
        Account a = somebody();
        Account b = somebody();
        UUID organization = organization(a, b);
        service.join(organization, a, Role.ADMIN);
        service.join(organization, b, Role.ADMIN);
        service.join(organization, somebody(), Role.OWNER);
        oneDoneAndTheOther(at(ORGANIZATION, organization, () -> organizations.remove(organization, a.id(), b.name()),
                () -> organizations.remove(organization, b.id(), a.name())), AccountException.Denied.class);
        assertThat(organizations.members(organization, PageRequest.ALL).items()).hasSize(2);
    }

    /** The gate has let them in when that changes. */
    @Test
    void whoIsDemotedMeanwhileInvitesChangesAndRemovesNobodyAnyMore() throws Exception {
        Account admin = somebody();
        Account viewer = somebody();
        UUID organization = organization(somebody());
        service.join(organization, admin, Role.ADMIN);
        service.join(organization, viewer, Role.VIEWER);
        try (var meanwhile = new Meanwhile(service).does(ORGANIZATION, organization)
                .does("update membership set role = 'MEMBER' where organization_id = ? and account_id = ?", organization, admin.id())) {
            assertThat(meanwhile.passes(call(() -> invitations.invite(organization, admin.id(), Role.VIEWER)),
                    call(() -> organizations.change(organization, admin.id(), viewer.name(), Role.MEMBER)),
                    call(() -> organizations.remove(organization, admin.id(), viewer.name()))))
                    .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(AccountException.Denied.class));
        }
        assertThat(invitations.open(organization, PageRequest.ALL).items()).isEmpty();
        assertThat(organizations.member(organization, viewer.name()).role()).isEqualTo(Role.VIEWER);
    }

    /** What they made for its apps alone must not be good again should they come back. */
    @Test
    void whoIsRemovedMeanwhileKeepsNothingThatIsForItsAppsAlone() throws Exception {
        Account member = somebody();
        UUID organization = organization(somebody());
        service.join(organization, member, Role.MEMBER);
        UUID app = service.bean(Apps.class).create(organization, "bound").id();
        var key = new TestKey(directory).publicKey();
        var grant = new Grant(Set.of(Scope.DEPLOY), app);
        try (var meanwhile = new Meanwhile(service).does(ORGANIZATION, organization)
                .does("delete from membership where organization_id = ? and account_id = ?", organization, member.id())) {
            assertThat(meanwhile.passes(() -> tokens.createFor(member.id(), "ci", grant, Duration.ofDays(1), Grant.ALL),
                    () -> accounts.addSshKey(member.id(), key, app)))
                    .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(AccountException.Denied.class));
        }
        assertThat(tokens.of(member.id(), PageRequest.ALL).items()).isEmpty();
        assertThat(accounts.sshKeys(member.id())).isEmpty();
    }

    private void meanwhile(Runnable held, Callable<?> other) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            service.bean(TransactionOperations.class).executeWithoutResult(_ -> {
                held.run();
                assertThat(threads.submit(other)).succeedsWithin(Duration.ofSeconds(60));
            });
        }
    }

    /** Were that to wait, then whoever invites would wait for who makes a token, they for who renames its app, and they for who invites. */
    @Test
    void whoHoldsAnAccountAnOrganizationOrAnAppHoldsNobodyUpWhoOnlyRefersToIt() {
        Account owner = somebody();
        UUID organization = organization(owner);
        var apps = service.bean(Apps.class);
        UUID app = apps.create(organization, "held").id();
        var grant = new Grant(Set.of(Scope.DEPLOY), app);
        meanwhile(() -> accounts.lock(owner.id()), () -> invitations.invite(organization, owner.id(), Role.VIEWER));
        meanwhile(() -> organizations.lock(organization), () -> apps.change(organization, app, "renamed", null));
        meanwhile(() -> apps.change(organization, app, "again", null),
                () -> tokens.createFor(owner.id(), "ci", grant, Duration.ofDays(1), Grant.ALL));
    }

    // Invitations

    @Test
    void anInvitationThatTwoTakeAtOnceLetsOneIn() throws Exception {
        Account owner = somebody();
        Account a = somebody();
        Account b = somebody();
        UUID organization = organization(owner);
        String secret = invitations.invite(organization, owner.id(), Role.MEMBER).secret();
        oneDoneAndTheOther(at(ORGANIZATION, organization, () -> invitations.accept(secret, a.id()), () -> invitations.accept(secret, b.id())),
                AccountException.NotFound.class);
        assertThat(organizations.members(organization, PageRequest.ALL).items()).hasSize(2);
    }

    @Test
    void anInvitationThatIsTakenBackWhileItIsTakenIsOneOfBoth() throws Exception {
        Account owner = somebody();
        Account guest = somebody();
        UUID organization = organization(owner);
        var made = invitations.invite(organization, owner.id(), Role.MEMBER);
        var outcomes = at("select id from invitation where id = ? for update", made.id(), () -> invitations.accept(made.secret(), guest.id()),
                () -> invitations.takeBack(organization, made.id()));
        oneDoneAndTheOther(outcomes, AccountException.NotFound.class);
        assertThat(entries("invitation.take-back", made.id().toString()) + organizations.members(organization, PageRequest.ALL).items().size())
                .as("one of the two is there").isEqualTo(2);
    }

    @Test
    void ofTwoFirstOwnersLinksThatAreMadeAtOnceOneIsGood() throws Exception {
        try (var meanwhile = new Meanwhile(service).holdsTheAuditLog()) {
            var made = meanwhile.passes(invitations::firstOwner, invitations::firstOwner);
            assertThat(made).allSatisfy(each -> assertThat(each).isInstanceOf(Invitations.Made.class));
            assertThat(jdbc.sql("select count(*) from invitation where organization_id is null").query(Integer.class).single()).isEqualTo(1);
        }
    }

    @Test
    void aFirstOwnersLinkThatTwoTakeAtOnceLetsOneIn() throws Exception {
        var link = invitations.firstOwner();
        String name = unique("first");
        oneDoneAndTheOther(at("select id from invitation where id = ? for update", link.id(),
                () -> invitations.enter(link.secret(), name + "a"),
                () -> invitations.enter(link.secret(), name + "b")), AccountException.NotFound.class);
        assertThat(List.of(accounts.exists(name + "a"), accounts.exists(name + "b"))).containsExactlyInAnyOrder(true, false);
    }

    // Ways in

    private UUID passkey(Account account) {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        insert into passkey (id, account_id, credential_id, public_key, signature_count, backup_eligible, backup_state,
                        attestation, client_data, name, created_at) values (?, ?, ?, '', 0, false, false, '', '', 'one', ?)""")
                .params(id, account.id(), id.toString().getBytes(StandardCharsets.UTF_8), OffsetDateTime.now(ZoneOffset.UTC)).update();
        return id;
    }

    private Accounts.Key key(Account account) throws Exception {
        accounts.addSshKey(account.id(), new TestKey(directory).publicKey());
        return accounts.sshKeys(account.id()).getFirst();
    }

    @Test
    void ofTwoLastPasskeysThatAreRemovedAtOnceOneStays() throws Exception {
        Account person = somebody();
        UUID a = passkey(person);
        UUID b = passkey(person);
        oneDoneAndTheOther(at(ACCOUNT, person.id(), () -> passkeys.remove(person.id(), a), () -> passkeys.remove(person.id(), b)),
                AccountException.Conflict.class);
        assertThat(passkeys.of(person.id())).hasSize(1);
    }

    @Test
    void ofTheLastPasskeyAndTheLastKeyThatAreRemovedAtOnceOneStays() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        UUID key = key(person).id();
        oneDoneAndTheOther(at(ACCOUNT, person.id(), () -> passkeys.remove(person.id(), passkey), () -> accounts.removeSshKey(person.id(), key)),
                AccountException.Conflict.class);
        assertThat(passkeys.of(person.id()).size() + accounts.sshKeys(person.id()).size()).isEqualTo(1);
    }

    @Test
    void aKeyThatIsRemovedMeanwhileLogsNobodyIn() throws Exception {
        Account person = somebody();
        var key = key(person);
        try (var meanwhile = new Meanwhile(service).does(ACCOUNT, person.id()).does("delete from ssh_key where id = ?", key.id())) {
            assertThat(meanwhile.passes(() -> tokens.login(person, key.fingerprint(), "late", Instant.now().plus(Duration.ofHours(1)))))
                    .singleElement().isInstanceOf(AccountException.NotSignedIn.class);
        }
        assertThat(tokens.of(person.id(), PageRequest.ALL).items()).isEmpty();
    }

    @Test
    void aPasskeyThatIsRemovedMeanwhileBringsNoSession() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        try (var meanwhile = new Meanwhile(service).does(ACCOUNT, person.id()).does("delete from passkey where id = ?", passkey)) {
            assertThat(meanwhile.passes(() -> sessions.begin(person.id(), "late", new WayIn(null, passkey))))
                    .singleElement().isInstanceOf(AccountException.NotSignedIn.class);
        }
        assertThat(sessions.of(person.id(), PageRequest.ALL).items()).isEmpty();
    }

    /** One that has ended says no longer by what it was made: a link of it would stay for good. */
    @Test
    void aTokenOrSessionThatEndsMeanwhileMakesNoLink() throws Exception {
        Account person = somebody();
        Instant end = Instant.now().plus(Duration.ofMinutes(10));
        tokens.create(person.id(), "ends", end, new WayIn(key(person).id(), null));
        UUID token = tokens.of(person.id(), PageRequest.ALL).items().getFirst().id();
        sessions.begin(person.id(), "ends", WayIn.NONE);
        UUID session = sessions.of(person.id(), PageRequest.ALL).items().getFirst().id();
        try (var meanwhile = new Meanwhile(service).does(ACCOUNT, person.id()).does("delete from ssh_key where account_id = ?", person.id())
                .does("delete from session where id = ?", session)) {
            assertThat(meanwhile.passes(() -> links.make(person.id(), token, null, end), () -> links.make(person.id(), null, session, end)))
                    .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(AccountException.NotSignedIn.class));
        }
        assertThat(tokens.of(person.id(), PageRequest.ALL).items()).isEmpty();
        assertThatThrownBy(() -> tokens.wayIn(token)).isInstanceOf(AccountException.NotSignedIn.class);
    }

    /** Who logs out everywhere misses nothing that is being made of what they end. */
    @Test
    void whileALinkIsMadeAllTokensEndAndSoDoesIt() throws Exception {
        Account person = somebody();
        service.token(person);
        UUID token = tokens.of(person.id(), PageRequest.ALL).items().getFirst().id();
        try (var meanwhile = new Meanwhile(service).holdsTheAuditLog()) {
            // Both are through with their work but for the commit, or wait for the other.
            meanwhile.passes(() -> links.make(person.id(), token, null, Instant.now().plus(Duration.ofMinutes(10))),
                    () -> tokens.revokeAll(person.id(), null));
        }
        assertThat(tokens.of(person.id(), PageRequest.ALL).items()).isEmpty();
    }

    @Test
    void aPasskeyIsNotRenamedWhileSomebodyHoldsTheAccountToEditIt() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        assertThat(at(ACCOUNT, person.id(), () -> passkeys.rename(person.id(), passkey, "renamed"))).containsExactly("done");
        assertThat(passkeys.get(person.id(), passkey).name()).isEqualTo("renamed");
    }

    // Device logins

    @Test
    void aDeviceLoginThatIsAskedForTwiceAtOnceBecomesOneToken() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        var logins = service.bean(DeviceLogins.class);
        var address = InetAddress.ofLiteral("192.0.2.77");
        var begun = logins.begin("race", Set.of(Scope.READ), address);
        var asked = logins.look(person.id(), begun.userCode(), address);
        logins.allow(person.id(), asked, passkey);
        try (var meanwhile = new Meanwhile(service).does("select id from device_login where id = ? for update", asked.id())) {
            assertThat(meanwhile.passes(() -> logins.poll(begun.deviceCode()), () -> logins.poll(begun.deviceCode())))
                    .satisfiesExactlyInAnyOrder(one -> assertThat(one).isInstanceOf(DeviceLogins.Answer.Allowed.class),
                            other -> assertThat(other).isInstanceOf(DeviceLogins.Answer.Unknown.class));
        }
        assertThat(tokens.of(person.id(), PageRequest.ALL).items()).hasSize(1);
    }

    @Test
    void aPasskeyThatIsRemovedMeanwhileAllowsNoDeviceLogin() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        var logins = service.bean(DeviceLogins.class);
        var address = InetAddress.ofLiteral("192.0.2.80");
        var begun = logins.begin("late", Set.of(Scope.READ), address);
        var asked = logins.look(person.id(), begun.userCode(), address);
        try (var meanwhile = new Meanwhile(service).does(ACCOUNT, person.id()).does("delete from passkey where id = ?", passkey)) {
            assertThat(meanwhile.passes(call(() -> logins.allow(person.id(), asked, passkey)))).singleElement()
                    .isInstanceOf(AccountException.NotSignedIn.class);
        }
        assertThat(logins.poll(begun.deviceCode())).isInstanceOf(DeviceLogins.Answer.Pending.class);
    }

    /** Holding the login alone, it would wait for whoever removes the passkey, and they for it. */
    @Test
    void aDeviceLoginThatIsAllowedWhileItIsAskedForBecomesATokenTheNextTime() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        var logins = service.bean(DeviceLogins.class);
        var address = InetAddress.ofLiteral("192.0.2.81");
        var begun = logins.begin("between", Set.of(Scope.READ), address);
        var asked = logins.look(person.id(), begun.userCode(), address);
        try (var meanwhile = new Meanwhile(service).does("update device_login set account_id = ?, passkey_id = ? where id = ?", person.id(),
                passkey, asked.id())) {
            assertThat(meanwhile.passes(() -> logins.poll(begun.deviceCode()))).singleElement().isInstanceOf(DeviceLogins.Answer.Pending.class);
        }
        assertThat(logins.poll(begun.deviceCode())).isInstanceOf(DeviceLogins.Answer.Allowed.class);
    }

    @Test
    void whoRefusesADeviceLoginThatWasAllowedMeanwhileIsToldSoAndWritesNothing() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        var logins = service.bean(DeviceLogins.class);
        var address = InetAddress.ofLiteral("192.0.2.78");
        String name = unique("program");
        var asked = logins.look(person.id(), logins.begin(name, Set.of(Scope.READ), address).userCode(), address);
        try (var meanwhile = new Meanwhile(service).does("update device_login set account_id = ?, passkey_id = ? where id = ?", person.id(),
                passkey, asked.id())) {
            assertThat(meanwhile.passes(call(() -> logins.deny(person.id(), asked)))).singleElement()
                    .isInstanceOf(AccountException.Conflict.class);
        }
        assertThat(entries("device.deny", name)).isZero();
    }

    @Test
    void ofAllTheAnswersToADeviceLoginOneCountsAndIsWrittenDown() throws Exception {
        Account person = somebody();
        UUID passkey = passkey(person);
        var logins = service.bean(DeviceLogins.class);
        var address = InetAddress.ofLiteral("192.0.2.79");
        String name = unique("program");
        var asked = logins.look(person.id(), logins.begin(name, Set.of(Scope.READ), address).userCode(), address);
        var outcomes = at("select id from device_login where id = ? for update", asked.id(), () -> logins.allow(person.id(), asked, passkey),
                () -> logins.deny(person.id(), asked), () -> logins.deny(person.id(), asked));
        assertThat(outcomes).filteredOn("done"::equals).hasSize(1);
        assertThat(outcomes).filteredOn(outcome -> outcome instanceof AccountException.Conflict).hasSize(2);
        assertThat(entries("device.deny", name) + entries("device.allow", name)).isEqualTo(1);
    }
}
