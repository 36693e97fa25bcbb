package co.caution;

import co.caution.account.ProofMessage;
import co.caution.sshkey.SshPublicKey;
import co.caution.sshkey.SshSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody's SSH key, made and used by the system's own {@code ssh-keygen}. */
public final class TestKey {

    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;

    /** @param directory where its files lie, and those of what it signs */
    public TestKey(Path directory) throws IOException, InterruptedException {
        file = Files.createTempDirectory(directory, "key").resolve("id_ed25519");
        run(List.of("-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file.toString()));
    }

    public SshPublicKey publicKey() throws IOException {
        return SshPublicKey.parse(line());
    }

    /** As in a {@code .pub} file. */
    public String line() throws IOException {
        return Files.readString(Path.of(file + ".pub")).strip();
    }

    /** @return the armoured signature */
    public String sign(String namespace, byte[] message) throws IOException, InterruptedException {
        Path signed = Files.createTempFile(file.getParent(), "signed", "");
        Files.write(signed, message);
        run(List.of("-q", "-Y", "sign", "-n", namespace, "-f", file.toString(), signed.toString()));
        return Files.readString(Path.of(signed + ".sig"));
    }

    /** What a call is sent with as {@code Caution-Proof}; the key is to be the account's whose token it is. */
    public String proof(TestService service, String token, String method, String path, byte[] body) throws IOException, InterruptedException {
        String hash = ProofMessage.hash(body);
        JsonNode asked = JSON.readTree(service.call("POST", "/api/proofs", token, JSON.writeValueAsString(
                Map.of("origin", service.url(), "method", method, "path", path, "body_sha256", hash))).body());
        var message = new ProofMessage(service.url(), asked.path("user").asString(), method, path, hash, asked.path("challenge").asString());
        return asked.path("id").asString() + " "
                + Base64.getEncoder().encodeToString(SshSignature.unarmored(sign(ProofMessage.NAMESPACE, message.bytes())));
    }

    private static void run(List<String> arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("ssh-keygen"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new AssertionError(command + ": " + said);
        }
    }
}
