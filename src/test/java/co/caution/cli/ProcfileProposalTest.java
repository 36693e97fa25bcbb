package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.project.Procfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Procfile that is written for a Containerfile says what that says, and always parses. */
class ProcfileProposalTest {

    @TempDir
    Path root;

    @Test
    void oneExposedPortAndAnEntrypointNeedNothingMore() throws Exception {
        var proposal = of("FROM scratch\nEXPOSE 8080\nENTRYPOINT [\"/app\",\n");
        assertThat(proposal.notes()).isEmpty();
        assertThat(parsed(proposal).ports()).isEmpty();
        assertThat(proposal.text()).contains("the image's ENTRYPOINT [\"/app\",").contains("on 8080");
    }

    @Test
    void severalPortsAreWrittenOutForTheirAuthorToOrder() throws Exception {
        var proposal = of("FROM scratch\nENV PORT=9000\nEXPOSE $PORT 9443/tcp \\\n  9001\nCMD /run\n");
        assertThat(parsed(proposal).ports()).isEqualTo(List.of(9000, 9443, 9001));
        assertThat(proposal.notes()).singleElement().asString().contains("9000 for HTTP");
    }

    @Test
    void whatIsMissingIsNoted() throws Exception {
        assertThat(of("FROM scratch\nCOPY a /a\n").notes()).anyMatch(note -> note.contains("run: /path"))
                .anyMatch(note -> note.contains("EXPOSE"));
        assertThat(of("FROM example.org/base@sha256:00\nEXPOSE $NOTHING 53/udp\n").notes()).singleElement().asString()
                .contains("$NOTHING 53/udp");
    }

    @Test
    void onlyTheLastStageCountsWithWhatItBuildsOn() {
        var image = ImageFacts.of("""
                FROM example.org/a@sha256:00 AS build
                EXPOSE 1
                RUN <<EOT
                EXPOSE 2
                EOT
                # EXPOSE 3
                FROM --platform=linux/amd64 scratch AS base
                EXPOSE 4
                entrypoint ["/x"]
                CMD ["y"]
                FROM base
                expose 5
                """);
        assertThat(image.ports()).containsExactly(4, 5);
        assertThat(image.program()).isEqualTo("ENTRYPOINT [\"/x\"]");
        assertThat(image.onBase()).isFalse();
    }

    @Test
    void whateverStandsInAContainerfileTheProcfileParses() throws Exception {
        for (String hostile : List.of("", "\\", "FROM", "EXPOSE", "CMD \u001b[2J\u0007", "ENTRYPOINT [\"" + "x".repeat(9000), "RUN <<",
                "FROM a AS\nFROM", "EXPOSE 99999 -1 70000/tcp", "ENV\nARG =\nEXPOSE ${}")) {
            parsed(of(hostile));
        }
    }

    private ProcfileProposal of(String containerfile) throws Exception {
        Files.writeString(root.resolve("Containerfile"), containerfile);
        return ProcfileProposal.of(root, null);
    }

    private static Procfile parsed(ProcfileProposal proposal) throws Exception {
        return Procfile.parse(proposal.text());
    }
}
