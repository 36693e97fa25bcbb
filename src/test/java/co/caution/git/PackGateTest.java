package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Pushes are put together by turns; nobody's turn may last as long as a client pleases. */
class PackGateTest {

    private final ReentrantLock app = new ReentrantLock();
    private final ReentrantReadWriteLock arriving = new ReentrantReadWriteLock();
    private @Nullable String full;
    private final Semaphore places = new Semaphore(1);
    private final AppReceivePack.Gates gates = new AppReceivePack.Gates(
            TestSshServer.PUSH, () -> Optional.ofNullable(full), app, arriving.readLock(), places);

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

    @Test
    void theRoomIsAskedForBeforeTheFirstByteAndAgainBeforeThePushIsPutTogether() throws Exception {
        full = "no room";
        try (var gate = gates.apply(new ByteArrayInputStream(pack()))) {
            assertThatThrownBy(gate::read).isInstanceOf(PackRefusedException.class).hasMessage("no room");
        }
        full = null;
        byte[] pack = pack();
        try (var gate = gates.apply(new ByteArrayInputStream(pack))) {
            gate.readNBytes(pack.length - 1);
            full = "no room any more";
            assertThatThrownBy(gate::read).isInstanceOf(PackRefusedException.class).hasMessage("no room any more");
            assertThat(app.isLocked()).isFalse();
        }
    }

    @Test
    void theRoomIsAskedForAgainWhileALargePushComes() throws Exception {
        var pack = new TestPack();
        for (int i = 0; i < 6; i++) {
            var large = new byte[2 << 20];
            new Random(i).nextBytes(large); // it does not get smaller
            pack.blob(large);
        }
        byte[] bytes = pack.bytes();
        try (var gate = gates.apply(new ByteArrayInputStream(bytes))) {
            gate.readNBytes(1);
            full = "no room";
            assertThatThrownBy(() -> gate.readNBytes(bytes.length - 1)).isInstanceOf(PackRefusedException.class).hasMessage("no room");
        }
    }

    /** Until then another push that looks for room must not take it for nobody's. */
    @Test
    void whatWasTakenIsHeldUntilRefsLeadToIt() throws Exception {
        try (var gate = gates.apply(new ByteArrayInputStream(pack()))) {
            gate.readAllBytes();
            gates.leave();
            assertThat(arriving.getReadLockCount()).isOne();
            gates.kept();
            gates.kept();
            assertThat(arriving.getReadLockCount()).isZero();
        }
    }

    private static byte[] pack() throws Exception {
        var pack = new TestPack();
        pack.blob(new byte[10]);
        pack.blob(new byte[100]);
        return pack.bytes();
    }
}
