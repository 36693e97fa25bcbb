package co.caution.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.verify.ChannelBinding;
import co.caution.verify.KeyHolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real sockets and real TLS; what verifies is a test's own word. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VerifiedProxyTest {

    private static final String REFUSED = "HTTP/1.1 502 Bad Gateway";

    private final AtomicInteger heard = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<KeyHolder> enclaves = new ArrayList<>();
    private KeyHolder enclave;
    private volatile Verifier.Result next;
    private VerifiedProxy proxy;
    private ServerSocket listener;

    @BeforeEach
    void start() throws Exception {
        enclave = enclave(this::echo);
        next = to(enclave, enclave);
        listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        Verifier verifier = () -> {
            asked.incrementAndGet();
            return next;
        };
        proxy = new VerifiedProxy(listener, verifier, (Verifier.Good) next, Duration.ofHours(1), Clock.systemUTC(), log::add);
        Thread.ofPlatform().daemon().start(proxy::run);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        for (KeyHolder one : enclaves) {
            one.close();
        }
    }

    private KeyHolder enclave(KeyHolder.Service service) throws Exception {
        var holder = new KeyHolder("TLSv1.3", service);
        enclaves.add(holder);
        return holder;
    }

    private static Verifier.Good to(KeyHolder key, KeyHolder door) {
        return new Verifier.Good(new Way(new ChannelBinding(key.spki()), "127.0.0.1", door.port()));
    }

    /** All that comes, to its end; then the same back. */
    private void echo(SSLSocket client) throws IOException {
        byte[] all = client.getInputStream().readAllBytes();
        heard.addAndGet(all.length);
        client.getOutputStream().write(all);
    }

    private Socket open() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    }

    private byte[] exchange(byte[] message) throws IOException {
        try (Socket client = open()) {
            Thread.ofVirtual().start(() -> {
                try {
                    client.getOutputStream().write(message);
                    client.shutdownOutput();
                } catch (IOException e) {
                    // the answer says why
                }
            });
            return client.getInputStream().readAllBytes();
        }
    }

    private String exchange(String message) throws IOException {
        return new String(exchange(message.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    @Test
    void bytesGoBothWaysAndAHalfThatIsClosedLeavesTheOtherOpen() throws Exception {
        var large = new byte[8 << 20];
        new Random(1).nextBytes(large);
        assertThat(exchange(large)).isEqualTo(large);
        assertThat(exchange("")).isEmpty();
        assertThat(asked).hasValue(0);
    }

    @Test
    void manyAreServedAtOnce() throws Exception {
        int many = 200;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Callable<String>>();
            for (int i = 0; i < many; i++) {
                String message = "message " + i;
                all.add(() -> exchange(message));
            }
            var answers = new ArrayList<String>();
            for (var answer : pool.invokeAll(all)) {
                answers.add(answer.get());
            }
            assertThat(answers).hasSize(many).doesNotHaveDuplicates().allMatch(answer -> answer.startsWith("message "));
        }
    }

    @Test
    void whoDoesNotReadHoldsUpWhoWritesAndLosesNothing() throws Exception {
        int size = 32 << 20;
        var written = new AtomicInteger();
        KeyHolder talker = enclave(client -> {
            var block = new byte[1 << 16];
            for (int i = 0; i < size / block.length; i++) {
                client.getOutputStream().write(block);
                written.addAndGet(block.length);
            }
        });
        next = to(talker, talker);
        proxy.verifyNow();
        try (Socket client = open()) {
            assertThat(client.getInputStream().readNBytes(1)).hasSize(1);
            assertThat(written.get()).as("held up").isLessThan(size);
            assertThat(client.getInputStream().readAllBytes()).hasSize(size - 1);
        }
    }

    @Test
    void anotherKeyGetsNothingAndTheConnectionIsToldWhy() throws Exception {
        KeyHolder impostor = enclave(this::echo);
        next = to(enclave, impostor);
        proxy.verifyNow();
        String answer = exchange("secret");
        assertThat(answer).startsWith(REFUSED).contains("does not answer with its key", "is not the enclave's " + enclave.spki())
                .doesNotContain("certificate_unknown");
        assertThat(heard).as("bytes that the impostor heard").hasValue(0);
        assertThat(log).anyMatch(line -> line.contains("does not answer with its key"));
    }

    @Test
    void whoSpeaksNoTlsGetsNothing() throws Exception {
        var plain = new AtomicInteger();
        try (var door = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> {
                while (!door.isClosed()) {
                    try (Socket client = door.accept()) {
                        byte[] heardHere = client.getInputStream().readNBytes(5);
                        plain.addAndGet(new String(heardHere, StandardCharsets.ISO_8859_1).contains("secre") ? 1 : 0);
                        client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        // over
                    }
                }
            });
            next = new Verifier.Good(new Way(new ChannelBinding(enclave.spki()), "127.0.0.1", door.getLocalPort()));
            proxy.verifyNow();
            assertThat(exchange("secret")).startsWith(REFUSED);
            assertThat(plain).hasValue(0);
        }
    }

    @Test
    void anEnclaveThatWasReplacedIsVerifiedBeforeAnythingGoesThere() throws Exception {
        assertThat(exchange("one")).isEqualTo("one");
        KeyHolder second = enclave(this::echo);
        next = to(second, second);
        proxy.verifyNow();
        assertThat(exchange("two")).isEqualTo("two");
        assertThat(log).anyMatch(line -> line.contains("verified") && line.contains(second.spki()));
    }

    @Test
    void whatIsOpenEndsWhenItIsKnownToBeWrong() throws Exception {
        var inside = new CountDownLatch(1);
        KeyHolder waiting = enclave(client -> {
            client.getOutputStream().write('x');
            inside.countDown();
            client.getInputStream().readAllBytes();
        });
        next = to(waiting, waiting);
        proxy.verifyNow();
        try (Socket client = open()) {
            inside.await();
            assertThat(client.getInputStream().read()).isEqualTo('x');
            next = new Verifier.Refused(false, "nobody answers");
            proxy.verifyNow();
            assertThat(exchange("GET /")).startsWith(REFUSED).contains("nobody answers");
            client.setSoTimeout(100);
            assertThatThrownBy(() -> client.getInputStream().read()).as("still open").isInstanceOf(SocketTimeoutException.class);
            client.setSoTimeout(0);
            next = new Verifier.Refused(true, "the measurements differ");
            proxy.verifyNow();
            assertThatThrownBy(() -> {
                if (client.getInputStream().read() < 0) {
                    throw new IOException("closed");
                }
            }).isInstanceOf(IOException.class);
        }
        assertThat(exchange("GET /")).contains("the measurements differ");
        next = to(enclave, enclave);
        proxy.verifyNow();
        assertThat(exchange("again")).isEqualTo("again");
    }

    @Test
    void closingEndsEverything() throws Exception {
        try (Socket client = open()) {
            client.getOutputStream().write('x');
            proxy.close();
            assertThatThrownBy(() -> {
                if (client.getInputStream().read() < 0) {
                    throw new IOException("closed");
                }
            }).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(this::open).isInstanceOf(IOException.class);
    }
}
