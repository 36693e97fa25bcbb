package co.caution.cli;

import co.caution.account.LoginMessage;
import co.caution.account.ProofMessage;
import co.caution.sshkey.SshKeyException;
import co.caution.sshkey.SshPublicKey;
import co.caution.sshkey.SshSignature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Signs single calls, so that a server knows them from those of whoever stole a token: {@link ProofMessage}. */
final class Proving {

    private final @Nullable Path named;
    private final Optional<Logins.Key> login;
    private final @Nullable String user;

    /**
     * @param named the key to use and no other; absent: whichever the account has
     * @param login the key that logged in to this server, to be tried first
     * @param user whose token it is, where that is known
     */
    Proving(@Nullable Path named, Optional<Logins.Key> login, @Nullable String user) {
        this.named = named;
        this.login = login;
        this.user = user;
    }

    /** @return what to send as {@code Caution-Proof} */
    String prove(ApiClient api, String method, String path, byte[] body) {
        String origin = LoginMessage.origin(api.server()).orElseThrow();
        var wanted = new LinkedHashMap<String, Object>();
        wanted.put("origin", origin);
        if (user != null) {
            wanted.put("user", user);
        }
        wanted.put("method", method);
        wanted.put("path", path);
        wanted.put("body_sha256", ProofMessage.hash(body));
        JsonNode asked = api.post("/api/proofs", wanted);
        Set<String> good = asked.path("ssh_keys").valueStream().map(JsonNode::asString).collect(Collectors.toSet());
        // All but the challenge is what we believe, whatever the server says.
        byte[] message = new ProofMessage(origin, user != null ? user : asked.path("user").asString(), method, path,
                ProofMessage.hash(body), asked.path("challenge").asString()).bytes();
        var refused = new StringBuilder();
        for (SshKeys.Key key : candidates(good)) {
            try {
                String signature = SshKeys.sign(key, ProofMessage.NAMESPACE, message);
                String signer = SshSignature.signer(signature, ProofMessage.NAMESPACE, message);
                if (good.contains(signer)) {
                    return asked.path("id").asString() + " " + Base64.getEncoder().encodeToString(SshSignature.unarmored(signature));
                }
                refused.append("\n  ").append(key.label()).append(": ").append(signer).append(" is not your account's");
            } catch (CliException | SshKeyException e) {
                refused.append("\n  ").append(key.label()).append(": ").append(e.getMessage());
            }
        }
        throw new CliException("no_key", "This takes a signature by one of your account's SSH keys, so that nobody does it who only has your"
                + " token, and none could be had here" + (refused.isEmpty() ? "." : ":" + refused) + "\nYour account's: "
                + (good.isEmpty() ? "none" : String.join(", ", good)) + ". Name the file of one (caution --key FILE ...), or use a passkey in a"
                + " browser: " + api.server() + "/account");
    }

    /** Those that are the account's, as far as that is known without opening them; the one that logged in first. */
    private List<SshKeys.Key> candidates(Set<String> good) {
        if (named != null) {
            return List.of(SshKeys.named(named));
        }
        var keys = new ArrayList<>(SshKeys.all());
        login.map(Logins.Key::file).filter(file -> keys.stream().noneMatch(key -> file.equals(key.file())))
                .ifPresent(file -> keys.addFirst(SshKeys.of(file)));
        keys.removeIf(key -> key.publicKey() != null && !good.contains(fingerprint(key)));
        keys.sort(Comparator.comparing(key -> !login.map(Logins.Key::fingerprint).equals(Optional.of(fingerprint(key)))));
        return keys;
    }

    private static String fingerprint(SshKeys.Key key) {
        try {
            return SshPublicKey.parse(String.valueOf(key.publicKey())).fingerprint();
        } catch (SshKeyException e) {
            return ""; // of a kind that no account has
        }
    }
}
