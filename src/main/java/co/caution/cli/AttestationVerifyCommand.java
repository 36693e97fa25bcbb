package co.caution.cli;

import co.caution.attestation.TrustRoot;
import co.caution.verify.DocumentVerification;
import co.caution.verify.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code caution attestation verify}: is this document evidence, of what, and under whose root. */
@Command(
        name = "verify",
        description = "Check a document to the hardware root and compare it with known PCRs.",
        footer = {
            "",
            "The document is raw bytes, hex, base64, or an attestation endpoint's JSON answer; '-' is standard input.",
            "",
            "Exit codes: 0 verified, 2 measurements differ, 3 evidence invalid, 5 policy not met (simulated, debug),",
            "7 genuine but workload not checked (no --pcrs), 64 usage, 1 anything else."
        })
final class AttestationVerifyCommand implements Callable<Integer> {

    private static final int MAX_NONCE = 512;
    private static final String OWN_TIME = "document";
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})([smhd]?)");

    @Option(names = "--document", paramLabel = "FILE", required = true, description = "The document, or '-'.")
    String file;

    @Option(names = "--at", paramLabel = "INSTANT", description = "Check at this time, such as 2026-01-31T12:00:00Z, or at the document's own ('document'), instead of now.")
    @Nullable String at;

    @Option(names = "--nonce", paramLabel = "HEX", description = "The challenge that the document must repeat.")
    @Nullable String nonce;

    @Option(names = "--pcrs", paramLabel = "FILE", description = "The PCRs that the workload must have. Without them the workload is not checked: exit 7.")
    @Nullable Path pcrs;

    @Option(names = "--trust-root", paramLabel = "FILE|SHA256", description = "Another root certificate to accept, PEM or DER, or its SHA-256; repeatable.")
    List<Path> trustRoots = List.of();

    @Option(names = "--max-age", paramLabel = "TIME", defaultValue = "300", description = "How far the document's time may be from the check time, such as 90, 5m or 2h (default: ${DEFAULT-VALUE} seconds).")
    String maxAge;

    @Option(names = "--allow-simulated", description = "Accept evidence that is not hardware-backed: any root but AWS's.")
    boolean allowSimulated;

    @Option(names = "--allow-debug", description = "Accept an enclave in debug mode, which can be read from outside.")
    boolean allowDebug;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    private final Clock clock;

    AttestationVerifyCommand() {
        this(Clock.systemUTC());
    }

    AttestationVerifyCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        var roots = new ArrayList<TrustRoot>();
        roots.add(TrustRoot.awsCommercial());
        trustRoots.forEach(root -> roots.add(VerifyCommand.named(root)));
        Optional<byte[]> challenge = challenge(nonce);
        Optional<Instant> time = time();
        var verification = new DocumentVerification(roots, allowSimulated ? roots : List.of(), challenge, time,
                duration("--max-age", maxAge), allowDebug, VerifyCommand.expected(pcrs));
        DocumentFile document = DocumentFile.read(file);
        Verdict verdict = verification.run(document.document());
        new DocumentReport(document, challenge.isPresent(), at == null).print(verdict, json);
        return verdict.exitCode();
    }

    private Optional<Instant> time() {
        if (at == null) {
            return Optional.of(clock.instant());
        }
        if (at.equals(OWN_TIME)) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(at).toInstant());
        } catch (DateTimeException e) {
            throw new CliException(Errors.USAGE, "--at is a time such as 2026-01-31T12:00:00Z, or 'document', not '" + at + "'.");
        }
    }

    /** @param option that it was given to */
    static Duration duration(String option, String text) {
        Matcher number = DURATION.matcher(text);
        if (number.matches()) {
            long value = Long.parseLong(number.group(1));
            return switch (number.group(2)) {
                case "m" -> Duration.ofMinutes(value);
                case "h" -> Duration.ofHours(value);
                case "d" -> Duration.ofDays(value);
                default -> Duration.ofSeconds(value);
            };
        }
        if (text.startsWith("P")) {
            try {
                Duration iso = Duration.parse(text);
                if (!iso.isNegative()) {
                    return iso;
                }
            } catch (DateTimeException e) {
                // Said below.
            }
        }
        throw new CliException(Errors.USAGE, option + " is a number of seconds, or such as 90s, 5m, 2h, 1d, PT5M, not '" + text + "'.");
    }

    private static Optional<byte[]> challenge(@Nullable String hex) {
        if (hex == null) {
            return Optional.empty();
        }
        if (hex.isEmpty() || hex.length() > 2 * MAX_NONCE || !hex.matches("([0-9a-fA-F]{2})+")) {
            throw new CliException(Errors.USAGE, "--nonce is 1 to " + MAX_NONCE + " bytes in hex.");
        }
        return Optional.of(HexFormat.of().parseHex(hex));
    }
}
