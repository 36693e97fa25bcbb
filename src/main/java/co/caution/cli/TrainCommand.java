package co.caution.cli;

import co.caution.attestation.Evidence;
import co.caution.attestation.TrustRoot;
import co.caution.project.Procfile;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Walks through what most commands load, so that the launcher's AOT cache holds it. It changes nothing. */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Exception {
        Evidence.check(new byte[] {(byte) 0x84}, List.of(TrustRoot.awsCommercial()), Optional.empty(), Instant.EPOCH,
                Duration.ZERO, false);
        Procfile.parse("build: docker build .\nports: 8080\n");
        new Logins(Context.configuration()).current();
        HttpClient.newHttpClient().close();
        new VerifyReport(true, true, new Judgement(Optional.empty(), null, Context.configuration(), Clock.systemUTC()), Optional.empty());
        return 0;
    }
}
