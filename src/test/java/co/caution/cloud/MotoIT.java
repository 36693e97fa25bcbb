package co.caution.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.FreePorts;
import co.caution.cloud.CloudAccount.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** The same calls against moto, which others keep in step with AWS. It lets everybody take on every role, with or without an external id. */
@Tag("full")
class MotoIT {

    private static final int PORT = FreePorts.first(1);
    private static Process moto;
    private final CloudAccount account = new CloudAccount(UUID.randomUUID(), "arn:aws:iam::123456789012:role/caution", "eu-central-1",
            "caution-0", State.UNCHECKED, null, Instant.EPOCH, null);
    private final AwsRole roles = new AwsRole(new CloudSettings("arn:aws:iam::210987654321:role/caution", URI.create("http://127.0.0.1:" + PORT)));

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        assumeTrue(Arrays.stream(System.getenv("PATH").split(":")).anyMatch(place -> Files.isExecutable(Path.of(place, "moto_server"))),
                "SKIPPED: moto_server is missing. Bring it: pip install 'moto[server]'");
        System.setProperty("aws.accessKeyId", "AKIDOFTHETESTS");
        System.setProperty("aws.secretAccessKey", "not-a-secret");
        moto = new ProcessBuilder("moto_server", "-H", "127.0.0.1", "-p", "" + PORT)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!listens()) {
            assertThat(moto.isAlive() && System.nanoTime() < end).as("moto_server listens").isTrue();
            moto.waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    private static boolean listens() {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (moto != null) {
            moto.descendants().forEach(ProcessHandle::destroy);
            moto.destroy();
            moto.waitFor();
        }
    }

    @Test
    void aRoleThatAnybodyCanTakeOnIsNotConnected() {
        var found = roles.check(account);
        assertThat(found.state()).as(found.reason()).isEqualTo(State.UNPROTECTED);
    }

    @Test
    void whatIsTakenOnIsInTheRolesAccount() {
        try (var sts = roles.client(DefaultCredentialsProvider.builder().build(), account.region())) {
            var found = roles.identity(roles.take(sts, account.roleArn(), account.externalId()), account);
            assertThat(found.state()).as(found.reason()).isEqualTo(State.CONNECTED);
        }
    }

    @Test
    void nobodyThereIsUnreachable() {
        var nowhere = new AwsRole(new CloudSettings("arn:aws:iam::210987654321:role/caution", URI.create("http://127.0.0.1:1")));
        assertThat(nowhere.check(account).state()).isEqualTo(State.UNREACHABLE);
    }
}
