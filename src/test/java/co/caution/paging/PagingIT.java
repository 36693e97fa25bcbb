package co.caution.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Role;
import co.caution.account.Sessions;
import co.caution.account.WayIn;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lists over HTTP, a page at a time. */
class PagingIT {

    private static final Pattern NEXT = Pattern.compile("<(/api/[^>]+)>; rel=\"next\"");
    private static final String KEYS = "/api/account/ssh-keys";

    private final TestService service;
    private final JdbcClient jdbc;
    private Account person;
    private String token;

    PagingIT() throws IOException {
        service = TestService.shared();
        jdbc = service.bean(JdbcClient.class);
    }

    @BeforeEach
    void somebody() {
        person = service.person("pager-" + UUID.randomUUID().toString().substring(0, 8));
        token = service.token(person);
    }

    private UUID key(String name, OffsetDateTime at) {
        UUID id = UUID.randomUUID();
        jdbc.sql("insert into ssh_key (id, account_id, fingerprint, public_key, name, created_at) values (?, ?, ?, 'ssh-ed25519 AAAA', ?, ?)")
                .params(id, person.id(), "SHA256:" + id, name, at).update();
        return id;
    }

    private HttpResponse<String> get(String path) throws Exception {
        return service.call("GET", path, token, null);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return new JsonMapper().readTree(answer.body());
    }

    private static Optional<String> next(HttpResponse<String> answer) {
        return answer.headers().firstValue("link").map(link -> {
            var matcher = NEXT.matcher(link);
            assertThat(matcher.matches()).as(link).isTrue();
            return matcher.group(1);
        });
    }

    /** Page after page; something happens in between. */
    private List<JsonNode> walk(String path, Runnable meanwhile) throws Exception {
        var all = new ArrayList<JsonNode>();
        for (Optional<String> here = Optional.of(path); here.isPresent(); meanwhile.run()) {
            var answer = get(here.get());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            json(answer).forEach(all::add);
            here = next(answer);
        }
        return all;
    }

    @Test
    void whateverComesAndGoesNothingIsShownTwiceAndNothingThatStaysIsLost() throws Exception {
        var random = new Random(7);
        OffsetDateTime start = OffsetDateTime.now(ZoneOffset.UTC).minusDays(1);
        var staying = new TreeSet<String>();
        var going = new ArrayList<UUID>();
        for (int i = 0; i < 60; i++) {
            // Several at the same moment: the id then decides.
            UUID id = key("k" + i, start.plusSeconds(i / 5));
            if (i % 3 == 0) {
                going.add(id);
            } else {
                staying.add(id.toString());
            }
        }
        var seen = walk(KEYS + "?limit=7", () -> {
            for (int i = 0; i < 3 && !going.isEmpty(); i++) {
                jdbc.sql("delete from ssh_key where id = ?").param(going.remove(random.nextInt(going.size()))).update();
            }
            key("new", start.plusSeconds(random.nextInt(12)));
        }).stream().map(key -> key.path("id").asString()).toList();

        assertThat(seen).doesNotHaveDuplicates().containsAll(staying);
    }

    @Test
    void aPageWhoseLastRowIsGoneIsFollowedByTheSameNextPage() throws Exception {
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
        UUID first = key("first", now.minusSeconds(3));
        UUID second = key("second", now.minusSeconds(2));
        UUID third = key("third", now.minusSeconds(1));
        String next = next(get(KEYS + "?limit=2")).orElseThrow();
        jdbc.sql("delete from ssh_key where id in (?, ?)").params(first, second).update();

        assertThat(json(get(next)).get(0).path("id").asString()).isEqualTo(third.toString());
    }

    @Test
    void everyListIsReadInPagesAndInItsOwnOrder() throws Exception {
        UUID organization = service.organization("pages-" + person.name());
        service.join(organization, person, Role.OWNER);
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
        UUID app = UUID.randomUUID();
        for (int i = 0; i < 5; i++) {
            OffsetDateTime at = now.minusSeconds(100 - i);
            key("k" + i, at);
            service.token(person);
            service.bean(Sessions.class).begin(person.id(), "s" + i, WayIn.NONE);
            jdbc.sql("""
                            insert into passkey (id, account_id, credential_id, public_key, signature_count, backup_eligible, backup_state,
                            attestation, client_data, name, created_at) values (?, ?, ?, '', 0, false, false, '', '', ?, ?)""")
                    .params(UUID.randomUUID(), person.id(), UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8), "p" + i, at).update();
            jdbc.sql("insert into app (id, organization_id, name, created_at) values (?, ?, ?, ?)")
                    .params(i == 0 ? app : UUID.randomUUID(), organization, "app" + i, at).update();
            jdbc.sql("insert into build (id, app_id, ref, commit_id, state, created_at) values (?, ?, 'refs/heads/main', ?, 'FAILED', ?)")
                    .params(UUID.randomUUID(), app, "c" + i, at).update();
            jdbc.sql("""
                            insert into invitation (id, organization_id, role, hash, invited_by, created_at, expires_at)
                            values (?, ?, 'VIEWER', ?, ?, ?, ?)""")
                    .params(UUID.randomUUID(), organization, UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8), person.id(), at,
                            now.plusDays(1)).update();
            jdbc.sql("insert into cloud_account (id, organization_id, role_arn, region, external_id, state, created_at) values (?, ?, ?, 'r', ?, 'UNCHECKED', ?)")
                    .params(UUID.randomUUID(), organization, "arn:aws:iam::123456789012:role/r" + i, UUID.randomUUID().toString(), at).update();
            service.join(organization, service.person("m" + i + "-" + person.name()), Role.VIEWER);
            service.join(service.organization("o" + i + "-" + person.name()), person, Role.VIEWER);
        }
        String org = "/api/organizations/pages-" + person.name();
        var lists = Map.of(org + "/cloud-accounts", 5, KEYS, 5, "/api/account/tokens", 6, "/api/sessions", 5, "/api/passkeys", 5, "/api/apps", 5,
                "/api/apps/" + app + "/builds", 5, "/api/organizations", 7, org + "/members", 6, org + "/invitations", 5);
        for (var list : lists.entrySet()) {
            var whole = get(list.getKey());
            assertThat(next(whole)).as(list.getKey()).isEmpty();
            var pages = walk(list.getKey() + "?limit=2", () -> {});
            assertThat(pages.stream().map(PagingIT::which).toList()).as(list.getKey()).hasSize(list.getValue())
                    .isEqualTo(json(whole).valueStream().map(PagingIT::which).toList());
            assertThat(get(list.getKey() + "?cursor=bm9uc2Vuc2U").statusCode()).as(list.getKey()).isEqualTo(400);
        }
        assertThat(json(get("/api/apps/" + app + "/builds")).get(0).path("commit").asString()).isEqualTo("c4"); // newest first
        assertThat(json(get("/api/organizations")).get(0).path("name").asString()).isEqualTo(person.name()); // one's own first
    }

    /** The token that asks is used by asking. */
    private static String which(JsonNode item) {
        return item.path("id").asString(item.path("name").asString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=201", "limit=-1", "limit=many", "limit=", "limit=1e2", "limit=99999999999", "cursor=",
        "cursor=***", "cursor=AAAA", "cursor=_____w"})
    void whatIsNoPageIsRefusedInWords(String query) throws Exception {
        var answer = get(KEYS + "?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("detail").asString()).containsAnyOf("number from 1 to 200", "none of this list's");
    }

    @Test
    void aForgedCursorIsRefusedOrShowsNoMoreThanTheListDoes() throws Exception {
        key("mine", OffsetDateTime.now(ZoneOffset.UTC));
        String id = new UUID(0, 0).toString();
        for (String forged : List.of("tokens\0" + "2026-01-01T00:00:00Z\0" + id, "ssh-keys\0+999999999-12-31T23:59:59Z\0" + id,
                "ssh-keys\0-000001-01-01T00:00:00Z\0" + id, "ssh-keys\0" + "2026-01-01T00:00:00Z\0' or true --", "ssh-keys\0x\0" + id,
                "ssh-keys\0" + "2026-01-01T00:00:00Z", "ssh-keys\0" + "2026-01-01T00:00:00Z\0" + id + "\0more", "ssh-keys\0".repeat(400))) {
            assertThat(get(KEYS + "?cursor=" + encoded(forged)).statusCode()).as(forged).isEqualTo(400);
        }
        var early = get(KEYS + "?cursor=" + encoded("ssh-keys\0" + "1970-01-01T00:00:00Z\0" + id));
        assertThat(json(early)).hasSize(1);
    }

    private static String encoded(String cursor) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.getBytes(StandardCharsets.UTF_8));
    }

    /** What a request calls the server is its sender's word: it must not come back as a place to send a token to. */
    @Test
    void theLinkKeepsTheRestOfTheQueryAndNamesNoServer() throws Exception {
        key("a", OffsetDateTime.now(ZoneOffset.UTC));
        key("b", OffsetDateTime.now(ZoneOffset.UTC));

        String link = get(KEYS + "?organization=a%20b&cursor=" + encoded("ssh-keys\0" + "1970-01-01T00:00:00Z\0" + new UUID(0, 0)) + "&limit=1")
                .headers().firstValue("link").orElseThrow();

        assertThat(link).matches("</api/account/ssh-keys\\?organization=a%20b&limit=1&cursor=[A-Za-z0-9_-]+>; rel=\"next\"");
    }

    /** As the lists ask, with a page before: nothing is sorted that an index has in order. */
    @ParameterizedTest
    @CsvSource({"ssh_key, account_id", "api_token, account_id", "session, account_id", "passkey, account_id", "invitation, organization_id",
        "cloud_account, organization_id", "build, app_id", "app, organization_id"})
    void aPageIsReadInTheOrderOfAnIndex(String table, String owner) {
        String where = owner + " = '" + UUID.randomUUID() + "'"
                + (table.equals("app") ? " and destroyed_at is null" : "");
        String plan = service.bean(TransactionOperations.class).execute(_ -> {
            // So small a table is read whole and sorted, whatever indexes it has: the question is what it could be.
            jdbc.sql("set local enable_seqscan = off").update();
            jdbc.sql("set local enable_bitmapscan = off").update();
            return String.join("\n", jdbc.sql("explain select * from (select * from " + table + " where " + where + ") listed"
                    + " where (created_at, id) > (now(), gen_random_uuid()) order by created_at, id limit 101").query(String.class).list());
        });
        assertThat(plan).contains("_in_order").doesNotContain("Sort");
    }

    @Test
    void aKeysetOfAnotherListsKindReadsNoCursorOfThis() {
        var numbers = Keyset.descending("numbers", new Keyset.Column("n", Kind.NUMBER));
        String query = "select n from generate_series(1, 5) n";
        var page = numbers.page(jdbc, query, Map.of(), (row, _) -> row.getLong("n"), new PageRequest(2, null));
        assertThat(page.items()).containsExactly(5L, 4L);
        assertThat(numbers.page(jdbc, query, Map.of(), (row, _) -> row.getLong("n"), new PageRequest(3, page.next())))
                .isEqualTo(new Page<>(List.of(3L, 2L, 1L), null));
        assertThatThrownBy(() -> Keyset.oldestFirst("numbers").page(jdbc, query, Map.of(), (row, _) -> row.getLong("n"),
                new PageRequest(2, page.next()))).isInstanceOf(InvalidPageException.class);
    }
}
