package co.caution.cli;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What somebody needs who pushes and verifies: git, ssh, a JDK, a server that knows them, a clock that is right. */
final class DoctorDeveloper {

    private static final Pattern GIT = Pattern.compile("git version (\\d+(\\.\\d+)+)");
    private static final Pattern SSH = Pattern.compile("OpenSSH\\D*(\\d+\\.\\d+)");
    private static final int JDK = 25;
    /** Evidence older than five minutes is refused, and so is that of the future. */
    private static final Duration FAR_OFF = Duration.ofMinutes(4);
    private static final Duration OFF = Duration.ofSeconds(5);

    private final Context context;

    DoctorDeveloper(Context context) {
        this.context = context;
    }

    List<Finding> look() {
        var findings = new ArrayList<>(tools());
        findings.addAll(server());
        findings.add(roots());
        findings.add(rebuild());
        return findings;
    }

    static List<Finding> tools() {
        int java = Runtime.version().feature();
        String here = java + ", " + System.getProperty("java.home");
        return List.of(
                java >= JDK ? Finding.ok("JDK", here)
                        : Finding.fail("JDK", here, "Install a JDK " + JDK + " (for example Temurin), or set CAUTION_JAVA_HOME to one."),
                Probe.program("git", GIT, "2.31", "Install git 2.31 or later.", "git", "--version"),
                Probe.program("ssh", SSH, "8.1", "Install OpenSSH 8.1 or later.", "ssh", "-V"),
                keys());
    }

    private static Finding keys() {
        // ssh-keygen has no way to say its version; without arguments to find it refuses, if it is there.
        try {
            Program.run(List.of("ssh-keygen", "-Y", "find-principals"), new byte[0], 15);
        } catch (IOException e) {
            return Finding.fail("SSH key", "ssh-keygen is not there", "Install OpenSSH 8.1 or later.");
        }
        List<SshKeys.Key> keys = SshKeys.all();
        return keys.isEmpty()
                ? Finding.warn("SSH key", "none in ssh-agent, and no ~/.ssh/id_*", "ssh-keygen -t ed25519, then have the server's operator add it.")
                : Finding.ok("SSH key", keys.stream().map(SshKeys.Key::label).reduce((a, b) -> a + ", " + b).orElseThrow());
    }

    /** The server, the login there and its clock, by one answer each. */
    private List<Finding> server() {
        Optional<Checkout> checkout = Optional.empty();
        String server;
        try {
            checkout = Checkout.find();
            server = context.server(checkout.map(Checkout::server).orElse(null));
        } catch (CliException e) {
            return List.of(Finding.fail("server", e.getMessage(), "See above."));
        }
        HttpResponse<byte[]> health;
        try {
            health = context.anonymous(server).send("GET", "/health", BodyPublishers.noBody());
        } catch (CliException e) {
            return List.of(Finding.warn("server", "nobody answers at " + server, "Start it (caution server), or name another: --server URL"),
                    Finding.warn("clock", "not compared: there is no server to ask for its time", "Run this again when the server answers."));
        }
        var findings = new ArrayList<Finding>();
        findings.add(health.statusCode() == 200 ? Finding.ok("server", server + " answers")
                : Finding.fail("server", server + " answers with HTTP " + health.statusCode(), "Look at the server's log, or name another: --server URL"));
        findings.add(login(server, checkout));
        findings.add(clock(health.headers().firstValue("date"), Instant.now()));
        return findings;
    }

    private Finding login(String server, Optional<Checkout> checkout) {
        try {
            return Finding.ok("login", "as " + context.api(checkout).get("/api/account").path("name").asString() + " at " + server);
        } catch (CliException e) {
            return Finding.warn("login", e.code().equals("not_logged_in") ? "not logged in to " + server : e.getMessage(), "caution --server " + server + " login");
        }
    }

    /** @param theirs the HTTP header Date, exact to a second */
    static Finding clock(Optional<String> theirs, Instant now) {
        if (theirs.isEmpty()) {
            return Finding.warn("clock", "not compared: the server does not say its time", "Compare it with a clock that you trust.");
        }
        Duration off;
        try {
            off = Duration.between(ZonedDateTime.parse(theirs.get(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant(), now);
        } catch (DateTimeException e) {
            return Finding.warn("clock", "not compared: the server's time is not readable", "Compare it with a clock that you trust.");
        }
        String found = Math.abs(off.toSeconds()) <= 1 ? "the same as the server's"
                : Math.abs(off.toSeconds()) + " s " + (off.isNegative() ? "behind" : "ahead of") + " the server's";
        String remedy = "One of the two is wrong. Evidence more than 5 minutes off is refused; let a time service set both clocks.";
        return off.abs().compareTo(FAR_OFF) > 0 ? Finding.fail("clock", found, remedy)
                : off.abs().compareTo(OFF) > 0 ? Finding.warn("clock", found, remedy) : Finding.ok("clock", found);
    }

    private static Finding roots() {
        int pinned = new PinnedRoots(Context.configuration()).count();
        return Finding.ok("roots", "AWS Nitro's" + (pinned == 0 ? "" : ", and a SIMULATED one pinned for " + pinned + (pinned == 1 ? " address" : " addresses")));
    }

    /** Without it one verifies with known PCRs only. */
    private static Finding rebuild() {
        boolean linux = System.getProperty("os.name").equals("Linux");
        boolean buildah = linux && Probe.says("buildah", "--version").isPresent();
        return buildah ? Finding.ok("rebuild", "buildah is there: 'caution verify' can rebuild here; --server-side looks closer")
                : Finding.warn("rebuild", linux ? "buildah is not there" : "images are built on Linux only",
                        "Here 'caution verify' needs --pcrs FILE; to rebuild, run it on Linux with buildah.");
    }
}
