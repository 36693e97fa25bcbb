package co.caution.app.store;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.AppMeters;
import co.caution.app.Build;
import co.caution.app.Deployment;
import co.caution.app.Release;
import co.caution.audit.AuditEvent;
import co.caution.audit.AuditLog;
import co.caution.paging.Keyset;
import co.caution.paging.Kind;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The tables of apps, builds, releases and deployments. */
@Repository
public class AppStore {

    private static final String APP = "select id, organization_id, name, deploy_branch, created_at from app ";

    private static final Keyset APPS = Keyset.oldestFirst("apps");
    private static final Keyset BUILDS = Keyset.newestFirst("builds");
    private static final Keyset RELEASES = Keyset.descending("releases", new Keyset.Column("number", Kind.NUMBER));
    private static final Keyset DEPLOYMENTS = Keyset.newestFirst("deployments");

    /** Connections of a database that has just died may be handed out a few times over. */
    private static final int TRIES = 4;

    private final JdbcClient jdbc;
    private final AppMeters meters;
    private final AppNames names;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    AppStore(JdbcClient jdbc, AppMeters meters, AuditLog audit, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.meters = meters;
        this.names = new AppNames(jdbc);
        this.audit = audit;
        this.transactions = transactions;
    }

    // Apps

    @Transactional
    public void insert(App app) {
        jdbc.sql("insert into app (id, organization_id, name, deploy_branch, created_at) values (?, ?, ?, ?, ?)")
                .params(app.id(), app.organizationId(), app.name(), app.deployBranch(), at(app.createdAt()))
                .update();
        if (!names.take(app, app.name(), app.createdAt())) {
            throw names.taken(app, app.name(), "caution init --name NAME");
        }
        audit.append(AuditEvent.APP_CREATE, app.organizationId(), app.name(), Map.of("app", app.id().toString()));
    }

    /**
     * Gives an app another name (or one back that it had), another branch to deploy from, or both.
     *
     * @throws AppException.Conflict when another app of the organization has the name, or had it
     */
    @Transactional
    public void change(App app, @Nullable String name, @Nullable String ref, Instant now) {
        App before = jdbc.sql(APP + "where id = ? and destroyed_at is null for no key update").param(app.id()).query(App.class)
                .optional().orElseThrow(() -> new AppException.NotFound(app.id().toString()));
        App after = new App(before.id(), before.organizationId(), name == null ? before.name() : name,
                ref == null ? before.deployBranch() : ref, before.createdAt());
        if (!names.take(before, after.name(), now) && !names.leadTo(before, after.name())) {
            throw names.taken(before, after.name(), "caution apps rename " + before.name() + " NAME");
        }
        jdbc.sql("update app set name = ?, deploy_branch = ? where id = ?").params(after.name(), after.deployBranch(), app.id()).update();
        var details = new TreeMap<String, String>();
        if (!after.name().equals(before.name())) {
            details.put("former_name", before.name());
        }
        if (after.deployBranch() != null && !after.deployBranch().equals(before.deployBranch())) {
            details.put("deploy_branch", after.deployBranch());
        }
        if (!details.isEmpty()) {
            note(AuditEvent.APP_CHANGE, app.id(), details);
        }
    }

    /** What a name leads to, present or former, in each of the organizations. */
    public List<App> named(String name, Collection<UUID> organizations) {
        return jdbc.sql(APP + "where destroyed_at is null and id in"
                        + " (select app_id from app_name where name = ? and organization_id = any(?))")
                .params(name, ids(organizations))
                .query(App.class)
                .list();
    }

    /** The names that each app had, oldest first. */
    public Map<UUID, List<String>> formerNames(Collection<UUID> apps) {
        return names.formerOf(apps);
    }

    public Optional<App> app(UUID id) {
        return jdbc.sql(APP + "where id = ? and destroyed_at is null").param(id).query(App.class).optional();
    }

    /** Oldest first. */
    public Page<App> appsOf(Collection<UUID> organizations, PageRequest wanted) {
        return APPS.page(jdbc, APP + "where organization_id = any(:organizations) and destroyed_at is null",
                Map.of("organizations", ids(organizations)), App.class, wanted);
    }

    public List<App> apps() {
        return jdbc.sql(APP + "where destroyed_at is null").query(App.class).list();
    }

    /** Those of an organization, without more of them; the destroyed ones in the order in which they were. */
    public List<UUID> appIds(UUID organization, boolean destroyed) {
        return jdbc.sql("select id from app where organization_id = ? and (destroyed_at is not null) = ? order by destroyed_at, id")
                .params(organization, destroyed).query(UUID.class).list();
    }

    /** Chooses the branch where none was chosen, not even meanwhile. */
    public void setFirstDeployBranch(UUID app, String ref) {
        insist(() -> transactions.executeWithoutResult(_ -> {
            if (jdbc.sql("update app set deploy_branch = ? where id = ? and deploy_branch is null").params(ref, app).update() == 1) {
                note(AuditEvent.APP_CHANGE, app, Map.of("deploy_branch", ref));
            }
        }));
    }

    /**
     * @param still asked with the app held: throws where it is not what the caller means to end
     * @throws AppException.NotFound when it was destroyed meanwhile
     */
    @Transactional
    public void markDestroyed(UUID app, Instant now, Runnable still) {
        jdbc.sql("select id from app where id = ? and destroyed_at is null for update").param(app).query(UUID.class)
                .optional().orElseThrow(() -> new AppException.NotFound(app.toString()));
        still.run();
        jdbc.sql("update app set destroyed_at = ? where id = ?").params(at(now), app).update();
        jdbc.sql("delete from app_port where app_id = ?").param(app).update();
        names.forget(app);
        note(AuditEvent.APP_DESTROY, app, Map.of());
    }

    // Front-door ports: guest port to public port

    public Map<Integer, Integer> ports(UUID app) {
        return ports(List.of(app)).getOrDefault(app, new TreeMap<>());
    }

    /** By app, of those that have any. */
    public Map<UUID, Map<Integer, Integer>> ports(Collection<UUID> apps) {
        var ports = new HashMap<UUID, Map<Integer, Integer>>();
        jdbc.sql("select app_id, guest_port, public_port from app_port where app_id = any(?)")
                .param(ids(apps))
                .query(row -> {
                    ports.computeIfAbsent(row.getObject("app_id", UUID.class), _ -> new TreeMap<>())
                            .put(row.getInt("guest_port"), row.getInt("public_port"));
                });
        return ports;
    }

    public List<Integer> takenPorts() {
        return jdbc.sql("select public_port from app_port").query(Integer.class).list();
    }

    /**
     * @return false when the app was destroyed, also while this runs: its ports are free again for good; or when another app got the
     *     public port a moment ago, in a transaction that {@link #takenPorts()} did not see
     */
    public boolean insertPort(UUID app, int guestPort, int publicPort) {
        return jdbc.sql("insert into app_port (app_id, guest_port, public_port)"
                        + " select id, ?, ? from app where id = ? and destroyed_at is null for share on conflict (public_port) do nothing")
                .params(guestPort, publicPort, app)
                .update() == 1;
    }

    // Builds

    @Transactional
    public void insert(Build build) {
        jdbc.sql("insert into build (id, app_id, ref, commit_id, state, created_at) values (?, ?, ?, ?, ?, ?)")
                .params(build.id(), build.appId(), build.ref(), build.commitId(), name(build.state()),
                        at(build.createdAt()))
                .update();
        note(AuditEvent.PUSH_ACCEPT, build.appId(), about(build));
        meters.build(build.state(), 1);
    }

    /** Whoever ends a build is on record if it ends of that. */
    @Transactional
    public <T> T cancelling(Build build, Supplier<T> cancel) {
        note(AuditEvent.BUILD_CANCEL, build.appId(), about(build));
        return cancel.get();
    }

    private static Map<String, String> about(Build build) {
        return Map.of("build", build.id().toString(), "ref", build.ref(), "commit", build.commitId());
    }

    public void update(Build build) {
        insist(() -> jdbc.sql("update build set state = ?, failed_phase = ?, failure = ?, ended_at = ? where id = ?")
                .params(name(build.state()), build.failedPhase(), build.failure(), at(build.endedAt()), build.id())
                .update());
        meters.build(build.state(), 1);
    }

    /** Newest first. */
    public Page<Build> buildsOf(UUID app, PageRequest wanted) {
        return BUILDS.page(jdbc, "select * from build where app_id = :app", Map.of("app", app), Build.class, wanted);
    }

    public Optional<Build> build(UUID app, UUID id) {
        return jdbc.sql("select * from build where app_id = ? and id = ?").params(app, id).query(Build.class).optional();
    }

    /** The oldest push that is not over, by app: the one at work, where any is. */
    public Map<UUID, Build> buildsAtWork(Collection<UUID> apps) {
        return firstOfEach(apps, "select * from build where app_id = each.app and state = 'RUNNING' order by created_at", Build.class,
                Build::appId);
    }

    public Optional<Build> build(UUID id) {
        return jdbc.sql("select * from build where id = ?").param(id).query(Build.class).optional();
    }

    public List<Build> runningBuilds() {
        return jdbc.sql("select * from build where state = 'RUNNING'").query(Build.class).list();
    }

    /** Builds that ran when the service ended can have nobody working on them. */
    public int abandonRunningBuilds(Instant now) {
        int abandoned = jdbc.sql("update build set state = 'ABANDONED', failure = 'the service ended', ended_at = ?"
                        + " where state = 'RUNNING'")
                .param(at(now))
                .update();
        meters.build(Build.State.ABANDONED, abandoned);
        return abandoned;
    }

    // Releases

    public int nextNumber(UUID app) {
        return jdbc.sql("select coalesce(max(number), 0) + 1 from release where app_id = ?").param(app)
                .query(Integer.class)
                .single();
    }

    public void insert(Release r) {
        jdbc.sql("""
                        insert into release (id, app_id, number, build_id, commit_id, source, eif_sha256, eif_size,
                            pcr0, pcr1, pcr2, manifest, enclaveos, created_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(r.id(), r.appId(), r.number(), r.buildId(), r.commitId(), r.source(), r.eifSha256(),
                        r.eifSize(), r.pcr0(), r.pcr1(), r.pcr2(), r.manifest(), r.enclaveos(), at(r.createdAt()))
                .update();
    }

    public Optional<Release> release(UUID id) {
        return jdbc.sql("select * from release where id = ?").param(id).query(Release.class).optional();
    }

    public Optional<Release> release(UUID app, int number) {
        return jdbc.sql("select * from release where app_id = ? and number = ?").params(app, number).query(Release.class).optional();
    }

    /** Newest first. */
    public Page<Release> releasesOf(UUID app, PageRequest wanted) {
        return RELEASES.page(jdbc, "select * from release where app_id = :app", Map.of("app", app), Release.class, wanted);
    }

    /** By id. */
    public Map<UUID, Integer> releaseNumbers(UUID app) {
        var numbers = new TreeMap<UUID, Integer>();
        jdbc.sql("select id, number from release where app_id = ?").param(app).query(row -> {
            numbers.put(row.getObject("id", UUID.class), row.getInt("number"));
        });
        return numbers;
    }

    /** The number of what each build made, by the build's id, as far as it has. */
    public Map<UUID, Integer> releaseNumbers(Collection<Build> builds) {
        var numbers = new HashMap<UUID, Integer>();
        if (!builds.isEmpty()) {
            // The apps are there for the index.
            jdbc.sql("select build_id, number from release where app_id = any(?) and build_id = any(?)")
                    .params(ids(builds.stream().map(Build::appId).toList()), ids(builds.stream().map(Build::id).toList()))
                    .query(row -> {
                        numbers.put(row.getObject("build_id", UUID.class), row.getInt("number"));
                    });
        }
        return numbers;
    }

    /** What each deployment runs, or ran, by the release's id. */
    public Map<UUID, Release> releasesOf(Collection<Deployment> deployments) {
        return deployments.isEmpty() ? Map.of() : jdbc.sql("select * from release where id = any(?)")
                .param(ids(deployments.stream().map(Deployment::releaseId).toList()))
                .query(Release.class)
                .list().stream()
                .collect(Collectors.toMap(Release::id, release -> release));
    }

    // Deployments

    /**
     * Somebody wants a release that was built before to be live again.
     *
     * @param begin once that is on record for good: what is around this may yet be undone
     */
    @Transactional
    public void wanted(Release release, Runnable begin) {
        note(AuditEvent.RELEASE_DEPLOY, release.appId(), Map.of("release", "v" + release.number(), "commit", release.commitId()));
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                begin.run();
            }
        });
    }

    public void insert(Deployment d) {
        jdbc.sql("insert into deployment (id, app_id, release_id, state, created_at) values (?, ?, ?, ?, ?)")
                .params(d.id(), d.appId(), d.releaseId(), name(d.state()), at(d.createdAt()))
                .update();
        meters.deployment(d.state(), 1);
    }

    public void update(Deployment d) {
        insist(() -> transactions.executeWithoutResult(_ -> write(d)));
        meters.deployment(d.state(), 1);
    }

    private void write(Deployment d) {
        // Written twice, it happened once.
        boolean news = jdbc.sql("""
                        update deployment d set state = ?, reason = ?, live_at = ?, ended_at = ?
                        from (select id, state from deployment where id = ? for update) before
                        where d.id = before.id returning before.state <> d.state""")
                .params(name(d.state()), d.reason(), at(d.liveAt()), at(d.endedAt()), d.id())
                .query(Boolean.class)
                .single();
        if (news && d.state() == Deployment.State.LIVE) {
            noteDeployment(AuditEvent.DEPLOYMENT_LIVE, d.id(), "");
        } else if (news && d.liveAt() != null && d.endedAt() != null) {
            noteDeployment(AuditEvent.DEPLOYMENT_END, d.id(), String.valueOf(d.reason()));
        }
    }

    private void noteDeployment(AuditEvent what, UUID deployment, String reason) {
        record Found(UUID appId, int number, String commitId, String pcr0) {}
        var found = jdbc.sql("""
                        select d.app_id, r.number, r.commit_id, r.pcr0 from deployment d join release r on r.id = d.release_id
                        where d.id = ?""")
                .param(deployment)
                .query(Found.class)
                .single();
        var details = new TreeMap<>(Map.of("deployment", deployment.toString(), "release", "v" + found.number(),
                "commit", found.commitId(), "pcr0", found.pcr0()));
        if (!reason.isEmpty()) {
            details.put("reason", reason);
        }
        note(what, found.appId(), details);
    }

    private void note(AuditEvent what, UUID app, Map<String, String> details) {
        record Named(UUID organizationId, String name) {}
        var named = jdbc.sql("select organization_id, name from app where id = ?").param(app).query(Named.class).single();
        var all = new TreeMap<>(details);
        all.put("app", app.toString());
        audit.append(what, named.organizationId(), named.name(), all);
    }

    /** One release takes over from whatever was live: both records or neither. */
    @Transactional
    public void switchLive(Deployment live) {
        var retired = jdbc.sql("update deployment set state = 'RETIRED', reason = 'another release took over', ended_at = ?"
                        + " where app_id = ? and state = 'LIVE' returning id")
                .params(at(live.liveAt()), live.appId())
                .query(UUID.class)
                .list();
        retired.forEach(old -> noteDeployment(AuditEvent.DEPLOYMENT_END, old, "another release took over"));
        write(live);
        meters.deployment(Deployment.State.RETIRED, retired.size());
        meters.deployment(live.state(), 1);
    }

    /** Newest first. */
    public Page<Deployment> deploymentsOf(UUID app, PageRequest wanted) {
        return DEPLOYMENTS.page(jdbc, "select * from deployment where app_id = :app", Map.of("app", app), Deployment.class, wanted);
    }

    public Optional<Deployment> deployment(UUID app, UUID id) {
        return jdbc.sql("select * from deployment where app_id = ? and id = ?").params(app, id).query(Deployment.class).optional();
    }

    /** The newest deployment that was live, whether it still runs or not. */
    public Optional<Deployment> lastLive(UUID app) {
        return Optional.ofNullable(lastLive(List.of(app)).get(app));
    }

    /** By app. */
    public Map<UUID, Deployment> lastLive(Collection<UUID> apps) {
        return firstOfEach(apps, "select * from deployment where app_id = each.app and live_at is not null order by live_at desc",
                Deployment.class, Deployment::appId);
    }

    /** The newest, by app. */
    public Map<UUID, Deployment> lastDeployments(Collection<UUID> apps) {
        return firstOfEach(apps, "select * from deployment where app_id = each.app order by created_at desc", Deployment.class,
                Deployment::appId);
    }

    /** Enclaves end with the service, so whatever the tables call running when it starts is not. */
    public List<Deployment> notEnded() {
        return jdbc.sql("select * from deployment where ended_at is null").query(Deployment.class).list();
    }

    /**
     * A connection that breaks in the middle is no reason to forget how something ended: written twice, it says the same.
     * Whoever gets no connection at all has waited for one already, or cannot wait.
     */
    private static void insist(Runnable write) {
        for (int left = TRIES - 1; ; left--) {
            try {
                write.run();
                return;
            } catch (CannotGetJdbcConnectionException e) {
                throw e;
            } catch (DataAccessResourceFailureException e) {
                if (left == 0) {
                    throw e;
                }
            }
        }
    }

    /**
     * One statement for however many apps.
     *
     * @param rows of the app {@code each.app}, in their order
     */
    private <T> Map<UUID, T> firstOfEach(Collection<UUID> apps, String rows, Class<T> type, Function<T, UUID> app) {
        return jdbc.sql("select found.* from unnest(?) as each (app) cross join lateral (" + rows + " limit 1) found")
                .param(ids(apps))
                .query(type)
                .list().stream()
                .collect(Collectors.toMap(app, row -> row));
    }

    private static UUID[] ids(Collection<UUID> ids) {
        return ids.toArray(UUID[]::new);
    }

    private static String name(Enum<?> state) {
        return state.name();
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
