package co.caution.cli;

import picocli.CommandLine.Command;

/** {@code caution attestation}: documents that somebody has, without asking anybody. */
@Command(
        name = "attestation",
        description = "Check or show a Nitro attestation document that you have.",
        subcommands = {AttestationVerifyCommand.class, AttestationInspectCommand.class})
final class AttestationCommand {}
