package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressLogTest {

    @TempDir
    Path directory;

    @Test
    void aReaderSeesWhatWasSaidBeforeItCameAndLearnsOfTheEnd() throws Exception {
        var log = new ProgressLog(directory.resolve("b/push.log"));
        log.step("Building image");
        log.detail("gcc -static");
        assertThat(log.from(0, Duration.ZERO)).containsExactly("-----> Building image", "       gcc -static");
        assertThat(log.endsAt(2)).isFalse();
        log.close();
        assertThat(log.endsAt(2)).isTrue();
        assertThat(log.from(2, Duration.ofDays(1))).isEmpty();
        assertThat(Files.readString(directory.resolve("b/push.log"))).isEqualTo("-----> Building image\n       gcc -static\n");
    }

    @Test
    void aWaitingReaderIsWokenByANewLine() throws Exception {
        var log = new ProgressLog(directory.resolve("push.log"));
        var reader = Thread.ofVirtual().unstarted(() -> log.step("late"));
        reader.start();
        assertThat(log.from(0, Duration.ofSeconds(30))).containsExactly("-----> late");
        log.close();
    }

    @Test
    void aBuildCannotSteerTheTerminalOfWhoeverWatches() throws Exception {
        var log = new ProgressLog(directory.resolve("push.log"));
        log.detail("\033[2Jgone\r\u0007");
        assertThat(log.from(0, Duration.ZERO)).containsExactly("       gone");
        log.close();
    }
}
