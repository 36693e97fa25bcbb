package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Pushes are put together by turns; nobody's turn may last as long as a client pleases. */
class PackGateTest {

    private final ReentrantLock app = new ReentrantLock();
    private final Semaphore places = new Semaphore(1);
    private final AppReceivePack.Gates gates = new AppReceivePack.Gates(TestSshServer.PUSH, app, places);

    @Test
    void whoStopsShortOfTheLastByteHasNoTurnYet() throws Exception {
        byte[] pack = pack();
        try (var gate = gates.apply(new ByteArrayInputStream(pack))) {
            assertThat(gate.readNBytes(pack.length - 1)).hasSize(pack.length - 1);
            assertThat(app.isLocked()).isFalse();
            assertThat(places.availablePermits()).isOne();

            gate.read();
            assertThat(app.isHeldByCurrentThread()).isTrue();
            assertThat(places.availablePermits()).isZero();

            gates.leave();
            assertThat(app.isLocked()).isFalse();
            assertThat(places.availablePermits()).isOne();
        }
    }

    @Test
    void whatIsSaidDuringATurnIsKeptUntilItIsOver() throws Exception {
        var client = new ByteArrayOutputStream();
        var out = gates.afterwards(client);
        out.write("before ".getBytes());
        try (var gate = gates.apply(new ByteArrayInputStream(pack()))) {
            gate.readAllBytes();
            out.write("during ".getBytes());
            out.flush();
            assertThat(client).hasToString("before ");
            gates.leave();
            out.flush();
            assertThat(client).hasToString("before during ");
            out.write("after".getBytes());
            assertThat(client).hasToString("before during after");
        }
    }

    private static byte[] pack() throws Exception {
        var pack = new TestPack();
        pack.blob(new byte[10]);
        pack.blob(new byte[100]);
        return pack.bytes();
    }
}
