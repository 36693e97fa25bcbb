package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CancellationTest {

    private final Cancellation work = new Cancellation();

    @Test
    void whatIsCancelledBeforeItBeginsDoesNotBegin() {
        assertThat(work.ask()).isTrue();
        assertThatThrownBy(work::begin).isInstanceOf(InterruptedException.class);
        assertThat(work.asked()).isTrue();
    }

    @Test
    void theWorkerIsInterruptedAndCanPutOnRecordWhatHappened() throws Exception {
        work.begin();
        assertThat(work.ask()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThatThrownBy(work::lastMoment).isInstanceOf(InterruptedException.class);
        work.end();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void afterTheLastMomentNothingIsCancelled() throws Exception {
        work.begin();
        work.lastMoment();
        assertThat(work.ask()).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(work.asked()).isFalse();
    }

    @Test
    void whatIsOverIsNotCancelled() throws Exception {
        work.begin();
        work.end();
        assertThat(work.ask()).isFalse();
    }

    @Test
    void aServiceThatStopsInterruptsTheWorkButNotWhatIsGoingLive() throws Exception {
        work.begin();
        work.stop();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(work.stopped()).isTrue();
        assertThat(work.asked()).isFalse();
        assertThatThrownBy(work::lastMoment).isInstanceOf(InterruptedException.class);

        var live = new Cancellation();
        live.begin();
        live.lastMoment();
        live.stop();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(live.stopped()).isFalse();
    }
}
