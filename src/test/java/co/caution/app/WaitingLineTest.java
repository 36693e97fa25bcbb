package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WaitingLineTest {

    private final WaitingLine line = new WaitingLine(1);
    private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();

    private Thread waiter(String name) {
        return Thread.ofVirtual().start(() -> {
            try (var _ = line.enter(place -> said.add(name + " is number " + place))) {
                said.add(name + " is in");
            } catch (InterruptedException e) {
                said.add(name + " left");
            }
        });
    }

    private String next() throws InterruptedException {
        return said.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void whoFindsAFreePlaceIsToldNothing() throws Exception {
        waiter("anna").join();
        assertThat(said).containsExactly("anna is in");
    }

    @Test
    void turnsComeInOrderAndEverybodyHearsWhenTheLineMoves() throws Exception {
        var first = line.enter(place -> {});
        waiter("anna");
        assertThat(next()).isEqualTo("anna is number 1");
        waiter("bob");
        assertThat(next()).isEqualTo("bob is number 2");
        first.close();
        // Whether bob hears that he is next before his turn comes is a matter of threads.
        var heard = new ArrayList<String>();
        do {
            heard.add(next());
        } while (!heard.contains("bob is in"));
        heard.remove("bob is number 1");
        assertThat(heard).containsExactly("anna is in", "bob is in");
    }

    @Test
    void whoIsInterruptedWhileWaitingLeavesTheLineToTheOthers() throws Exception {
        var first = line.enter(place -> {});
        Thread anna = waiter("anna");
        assertThat(next()).isEqualTo("anna is number 1");
        waiter("bob");
        assertThat(next()).isEqualTo("bob is number 2");
        anna.interrupt();
        anna.join();
        assertThat(new String[] {next(), next()}).containsExactlyInAnyOrder("anna left", "bob is number 1");
        first.close();
        assertThat(next()).isEqualTo("bob is in");
    }

    @Test
    void nobodyGetsAheadOfTheLineByTrying() throws Exception {
        var first = line.enter(place -> {});
        assertThat(line.tryEnter()).isEmpty();
        first.close();
        var second = line.tryEnter();
        assertThat(second).isPresent();
        second.get().close();
    }
}
