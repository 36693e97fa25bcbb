package co.caution.cli;

import co.caution.attestation.Evidence.Genuine;
import co.caution.build.BuiltImage;
import co.caution.build.Text;
import co.caution.eif.Measurements;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.project.Manifest;
import co.caution.verify.Channel;
import co.caution.verify.Explaining;
import co.caution.verify.Explaining.Explained;
import co.caution.verify.Progress;
import co.caution.verify.Reproduction;
import co.caution.verify.SavedEvidence;
import co.caution.verify.Verdict;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Shows a verification: line by line to a person, at its end as JSON to a machine. Each line is true when printed. */
final class VerifyReport implements Progress {

    static final String SIMULATED = "SIMULATED (not hardware-backed)";

    private static final int LONGEST_HINT = 300;

    private final boolean json;
    private final boolean quiet;
    private final Judgement judgement;
    private final Optional<EvidenceFile> kept;
    private @Nullable String nonce;
    private Optional<Manifest> manifest = Optional.empty();
    private @Nullable BuiltImage image;
    private @Nullable Channel channel;
    private @Nullable Explained explained;

    /**
     * @param quiet prints nothing but an error
     * @param kept where genuine evidence is written to
     */
    VerifyReport(boolean json, boolean quiet, Judgement judgement, Optional<EvidenceFile> kept) {
        this.json = json;
        this.quiet = quiet || json;
        this.judgement = judgement;
        this.kept = kept;
    }

    @Override
    public void requesting(byte[] sent) {
        nonce = HexFormat.of().formatHex(sent);
        say("Verifying enclave attestation...");
        say("");
        say("Challenge nonce (sent): " + nonce);
        say("Requesting attestation...");
    }

    @Override
    public void reading(SavedEvidence evidence) {
        nonce = evidence.nonce().map(HexFormat.of()::formatHex).orElse(null);
        say("Verifying kept evidence (ARCHIVAL: about its own time, not about now)...");
        evidence.at().ifPresent(at -> say("Kept: " + at + " (unverified)"));
    }

    @Override
    public void genuine(Genuine evidence, SavedEvidence from) {
        kept.ifPresent(file -> file.write(from));
        say("");
        say("Verifying attestation...");
        ok("Certificate chain verified against " + root(evidence));
        ok("All certificates " + (evidence.archived() ? "were within validity period at " + evidence.checkedAt() : "are within validity period"));
        ok("COSE signature verification passed");
        if (!evidence.archived()) {
            ok("Nonce verified (prevents replay attacks)");
            say("Challenge nonce (received): " + nonce);
        } else if (nonce != null) {
            ok("Nonce is the one that was kept with it (which says something only to whoever sent it)");
        } else {
            say("! No nonce was kept: it may be a replay");
        }
        ok("Attestation verified successfully");
        kept.ifPresent(file -> say("Evidence kept in " + file.file()));
        if (evidence.simulated()) {
            say(Style.yellow("! " + SIMULATED) + ": it proves the pipeline, not confidentiality");
        }
        if (evidence.debug()) {
            say(Style.yellow("! DEBUG MODE") + ": the enclave can be read from outside");
        }
        say("");
        say("Remote PCR values (from deployed enclave):");
        pcrs(evidence.document().measurements());
    }

    private String root(Genuine evidence) {
        if (evidence.root().hardware()) {
            return "AWS Nitro root CA";
        }
        String sha256 = " (sha256 " + evidence.root().fingerprint().substring(0, 16) + "…)";
        return judgement.pinned().filter(evidence.root()::equals).isPresent()
                ? "the SIMULATED root that you pinned for this URL" + sha256
                : "a root that you named, not AWS's" + sha256;
    }

    @Override
    public void manifest(Optional<Manifest> bound, JsonNode hints) {
        manifest = bound;
        judgement.manifest(bound);
        say("");
        say("Manifest information (what the enclave's agent says; it counts when the PCRs match):");
        bound.ifPresentOrElse(m -> {
            quote("  Source tree: " + m.tree());
            quote("  Run command: " + String.join(" ", m.argv()));
            quote("  May ask the host for: " + (m.egress().isEmpty() ? "nothing" : String.join(", ", m.egress())));
            if (m.metadata() != null) {
                quote("  Metadata: " + m.metadata());
            }
        }, () -> say("  (none came that the enclave bound to its evidence and that this program knows)"));
        hint("  App source: ", hints.path("source"));
        hint("  Commit: ", hints.path("commit"));
        hint("  EnclaveOS: ", hints.path("enclaveos"));
    }

    @Override
    public void reproducing(Reproduction source, EnclaveOsRelease os) {
        judgement.enclaveOs(os.lock());
        say("");
        say("EnclaveOS known here: " + os.digest());
        say("Reproducing build from " + source.where() + ", " + source.what() + "...");
        judgement.signature().ifPresent(found -> quote("Signature: " + found.words()));
    }

    @Override
    public void reproduced(BuiltImage built) {
        image = built;
        say("");
        say("Build artifacts available at: " + built.stage());
        say("You can review everything that went into building this enclave:");
        say("  • Containerfile.eif - The complete build recipe");
        say("  • app/ - Your application files");
        say("  • enclave/ - EnclaveOS " + (Files.isDirectory(built.stage().resolve("enclave/guest"))
                ? "source (kernel configuration, guest agent)"
                : "lock (this program carries the sources of another release)"));
        say("  • run.sh - What the enclave starts, as a script");
        say("  • manifest.json - What is measured about the application");
        say("  • build.log - What the build said");
        say("");
        say("What the source says will run:");
        WorkloadWords.of(built.manifest()).forEach(this::quote);
    }

    @Override
    public void comparing() {
        // Said with the verdict, which knows the expected values.
    }

    @Override
    public void channel(Channel found) {
        channel = found; // said with the verdict
        judgement.channel(found);
    }

    /** Why it is not what was rebuilt, before that is said. */
    void explain(Verdict verdict, Explaining explaining) throws InterruptedException {
        if (verdict instanceof Verdict.MeasurementsDiffer differ && image != null) {
            explained = explaining.explain(differ.evidence(), manifest, image);
        }
    }

    void verdict(Verdict verdict) {
        if (json) {
            Output.json(machine(verdict));
            return;
        }
        expected(verdict).ifPresent(expected -> {
            say("");
            say("Expected PCR values:");
            pcrs(expected);
            say("");
            say("Comparing PCR values...");
            if (verdict instanceof Verdict.MeasurementsDiffer differ) {
                compared(differ.evidence().document().measurements(), expected);
                because();
            }
        });
        say("");
        switch (verdict) {
            case Verdict.Verified verified -> {
                say(Style.green("✓ Attestation verification PASSED"));
                if (verified.evidence().simulated()) {
                    say(Style.yellow(SIMULATED));
                }
                if (verified.evidence().debug()) {
                    say(Style.yellow("DEBUG MODE"));
                }
                if (verified.evidence().archived()) {
                    say(Style.yellow("ARCHIVAL") + ": as of " + verified.evidence().checkedAt() + "; nothing is said about now");
                }
                say("The deployed enclave matches the expected PCRs.");
                say("This means the code running in the enclave is exactly what you expect.");
                channel();
                judgement.lines(verdict).forEach(this::quote);
                say("");
                say("Powered by: Caution (https://caution.co)");
            }
            case Verdict.WorkloadNotChecked unchecked -> say(Style.yellow("! " + unchecked.message()));
            default -> {
                say(Style.red("✗ Attestation verification FAILED"));
                judgement.lines(verdict).forEach(this::quote);
                System.out.flush();
                Errors.print(verdict.message());
            }
        }
    }

    /** Said when it was found out, with everything that makes it worth something. */
    private void channel() {
        switch (channel) {
            case Channel.Bound bound -> {
                quote("application channel bound: TLS at https://" + bound.at() + " ends in this enclave");
                say("  its key (SHA-256 of the SPKI): " + bound.binding().spkiSha256());
            }
            case Channel.NotBound(String why) -> quote("application channel NOT BOUND: " + why + ".");
            case null, default -> {} // another key is a verdict of its own
        }
    }

    private void because() {
        if (explained != null) {
            say("");
            say("Why they differ:");
            explained.notes().forEach(note -> quote("  " + note));
            new ExplanationReport("runs", "was rebuilt").lines(explained.explanation()).forEach(line -> say("  " + line));
            if (!explained.explanation().files().isEmpty()) {
                say("  Whether your source builds the same twice at all: caution reproduce --twice");
            }
        }
    }

    private static Optional<Measurements> expected(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Verified verified -> Optional.of(verified.expected());
            case Verdict.MeasurementsDiffer differ -> Optional.of(differ.expected());
            default -> Optional.empty();
        };
    }

    static Optional<Genuine> evidence(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Verified v -> Optional.of(v.evidence());
            case Verdict.MeasurementsDiffer v -> Optional.of(v.evidence());
            case Verdict.PolicyNotMet v -> Optional.of(v.evidence());
            case Verdict.NotReproduced v -> Optional.of(v.evidence());
            case Verdict.WorkloadNotChecked v -> Optional.of(v.evidence());
            case Verdict.EvidenceInvalid v -> Optional.empty();
            case Verdict.Unreachable v -> Optional.empty();
        };
    }

    static String name(Verdict verdict) {
        return verdict.getClass().getSimpleName().replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> machine(Verdict verdict) {
        var out = new LinkedHashMap<String, Object>();
        out.put("verdict", name(verdict));
        out.put("exit_code", verdict.exitCode());
        out.put("message", verdict.message());
        if (verdict instanceof Verdict.EvidenceInvalid invalid) {
            out.put("rule", invalid.rule());
        }
        if (nonce != null) {
            out.put("nonce", nonce);
        }
        evidence(verdict).ifPresent(genuine -> {
            out.put("simulated", genuine.simulated());
            out.put("debug", genuine.debug());
            out.put("archived", genuine.archived());
            out.put("root", Output.ordered("name", genuine.root().name(), "sha256", genuine.root().fingerprint()));
            out.put("timestamp", genuine.document().timestamp().toString());
            out.put("remote", view(genuine.document().measurements()));
            out.put("channel", channel == null ? "not_bound" : channel.name());
        });
        switch (channel) {
            case Channel.Bound bound -> {
                out.put("channel_at", bound.at());
                out.put("channel_key", bound.binding().spkiSha256());
            }
            case Channel.NotBound(String why) -> out.put("channel_reason", why);
            case Channel.OtherKey(var binding, String at, String seen) -> {
                out.put("channel_at", at);
                out.put("channel_key", binding.spkiSha256());
                out.put("channel_key_seen", seen);
            }
            case null -> {}
        }
        expected(verdict).ifPresent(expected -> out.put("expected", view(expected)));
        manifest.ifPresent(m -> {
            out.put("manifest", Output.ordered("tree", m.tree(), "argv", m.argv(), "egress", m.egress()));
            out.put("manifest_verified", verdict instanceof Verdict.Verified);
        });
        if (image != null) {
            out.put("stage", image.stage().toString());
        }
        out.putAll(judgement.machine(verdict));
        if (explained != null) {
            var explanation = Output.ordered("basis", explained.basis().name().toLowerCase(Locale.ROOT), "notes", explained.notes());
            explanation.putAll(ExplanationReport.view(explained.explanation()));
            out.put("explanation", explanation);
        }
        return out;
    }

    private static Map<String, String> view(Measurements m) {
        var view = new LinkedHashMap<String, String>();
        m.map().forEach((register, value) -> view.put("pcr" + register, value));
        return view;
    }

    private void compared(Measurements remote, Measurements expected) {
        for (int i = 0; i < 3; i++) {
            boolean same = remote.list().get(i).equals(expected.list().get(i));
            say("  PCR" + i + ": " + (same ? "match" : Style.red("MISMATCH")));
        }
    }

    private void pcrs(Measurements m) {
        say("  PCR0: " + m.pcr0());
        say("  PCR1: " + m.pcr1());
        say("  PCR2: " + m.pcr2());
    }

    private void hint(String label, JsonNode value) {
        if (!value.asString("").isEmpty()) {
            String said = value.asString();
            // Cut here: a line that is too long is cut at its end, where it says what it is worth.
            quote(label + (said.length() > LONGEST_HINT ? said.substring(0, LONGEST_HINT) + "…" : said) + " (unverified)");
        }
    }

    private void ok(String text) {
        say(Style.green("✓") + " " + text);
    }

    private void say(String line) {
        if (!quiet) {
            System.out.println(line);
        }
    }

    /** A line with text that others wrote: it must not steer this terminal. */
    private void quote(String line) {
        say(Text.printable(line));
    }
}
