package co.caution.hosting;

import org.jspecify.annotations.Nullable;

/**
 * Why an enclave ended, as its init reported it.
 *
 * @param phase {@code boot}, {@code app}, or {@code host} when the machine ended without a report
 * @param code the app's exit code
 * @param signal the signal that ended it, as {@code SIGSEGV}
 * @param oom whether the enclave's memory ran out
 * @param failure EnclaveOS's number for what failed; docs/reference/enclaveos.md lists them
 * @param error what failed before the app ran
 * @param stderr the app's last output, only where the measured configuration allows it
 */
public record EnclaveExit(
        String phase,
        @Nullable Integer code,
        @Nullable String signal,
        boolean oom,
        @Nullable Integer failure,
        @Nullable String error,
        @Nullable String stderr) {

    public static EnclaveExit host(String error) {
        return new EnclaveExit("host", null, null, false, null, error, null);
    }

    /** One sentence for a person. */
    public String describe() {
        String memory = oom ? " (out of memory: raise memory_mb in the Procfile)" : "";
        if (error != null) {
            String number = failure == null ? "" : " (failure " + failure + ")";
            return switch (phase) {
                case "boot" -> "EnclaveOS did not start the app: " + error + number;
                case "app" -> "the app could not be started: " + error;
                default -> error;
            };
        }
        if (signal != null) {
            return "the app was ended by " + signal + memory;
        }
        return "the app exited with code " + code + memory;
    }
}
