package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts complete what there is, in a real bash. */
class CompletionTest {

    @TempDir
    Path directory;

    @Test
    void bashCompletesCommandsOptionsAndNothingHidden() throws Exception {
        Files.writeString(directory.resolve("completion.bash"), script("bash"));
        assertThat(complete("caution", "")).contains("verify", "init", "doctor").doesNotContain("train");
        assertThat(complete("caution", "ver")).containsOnlyOnce("verify").contains("version").doesNotContain("init");
        assertThat(complete("caution", "ssh-keys", "")).contains("list", "add", "remove");
        assertThat(complete("caution", "verify", "--p")).contains("--pcrs").doesNotContain("--url");
    }

    @Test
    void zshGetsTheSameByWayOfItsOwnBashMode() throws Exception {
        assertThat(script("zsh")).contains("bashcompinit").contains("_complete_caution");
    }

    @Test
    void fishGetsALineForEachCommandAndOption() throws Exception {
        String fish = script("fish");
        assertThat(fish).contains("complete -c caution -n '__fish_use_subcommand' -a verify -d")
                .contains("__fish_seen_subcommand_from ssh-keys; and not __fish_seen_subcommand_from add list remove")
                .contains("-n '__fish_seen_subcommand_from verify' -l pcrs -r -F -d")
                .doesNotContain("train");
        assertThat(fish.lines()).allSatisfy(line -> assertThat(line.replace("\\'", "").chars().filter(c -> c == '\'').count() % 2)
                .as(line).isZero());
    }

    private String script(String shell) throws Exception {
        var said = new Person(directory.resolve("home"), "http://localhost:1").caution("completion", shell);
        assertThat(said.exitCode()).as(said.all()).isZero();
        return said.out();
    }

    /** What pressing Tab after these words offers, one a line. */
    private String complete(String... words) throws Exception {
        var line = new StringBuilder("source ./completion.bash; COMP_WORDS=(");
        for (String word : words) {
            line.append('\'').append(word).append("' ");
        }
        line.append("); COMP_CWORD=").append(words.length - 1).append("; COMP_TYPE=9; COMP_LINE='").append(String.join(" ", words))
                .append("'; COMP_POINT=${#COMP_LINE}; _complete_caution; printf '%s\\n' \"${COMPREPLY[@]}\"");
        Process bash = new ProcessBuilder("bash", "--norc", "-c", line.toString())
                .directory(directory.toFile()).redirectErrorStream(true).start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
