package co.caution.verify;

import co.caution.sshkey.AllowedSigners;
import co.caution.sshkey.SshKeyException;
import co.caution.sshkey.SshSignature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;

/**
 * Whether a commit is signed, and by whom. A signature stands in the commit's {@code gpgsig} header and is over the commit
 * without it (git's {@code signature-format}); of SSH's the namespace is {@code git}.
 */
public sealed interface CommitSignature {

    /** What is to be said of it, without a full stop. May hold what the one who asks wrote. */
    String words();

    /** There is no commit: the source is an archive. */
    record NoCommit() implements CommitSignature {
        @Override
        public String words() {
            return "none: the source is an archive, which has no commit";
        }
    }

    record Unsigned() implements CommitSignature {
        @Override
        public String words() {
            return "unsigned";
        }
    }

    /** @param kind such as OpenPGP */
    record NotChecked(String kind) implements CommitSignature {
        @Override
        public String words() {
            return "signed with " + kind + ": not checked";
        }
    }

    /** Whoever made it, it does not fit this commit. */
    record Bad(String why) implements CommitSignature {
        @Override
        public String words() {
            return "BAD SIGNATURE: " + why;
        }
    }

    /**
     * Right, by the holder of this key.
     *
     * @param fingerprint {@code SHA256:…}
     * @param signer empty where the key is not among the signers that count
     */
    record Signed(String fingerprint, Optional<AllowedSigners.Signer> signer) implements CommitSignature {

        /** Whether the one who asks listed the key, and it counts. */
        public boolean counts() {
            return signer.filter(listed -> listed.refused().isEmpty()).isPresent();
        }

        @Override
        public String words() {
            return signer.map(listed -> listed.refused()
                            .map(why -> "signed by " + fingerprint + ", but " + why)
                            .orElse("signed by " + (listed.principals().isEmpty() ? "" : listed.principals() + ", ") + fingerprint))
                    .orElse("signed by an unknown key, " + fingerprint);
        }
    }

    /** As git gives it to {@code ssh-keygen -n}. */
    String NAMESPACE = "git";

    int LARGEST = 1 << 20;
    Pattern COMMITTER = Pattern.compile("(?m)^committer .*> ([0-9]{1,12}) [+-][0-9]{4}$");

    /** @throws IOException where the repository cannot give the commit's bytes */
    static CommitSignature of(Repository repository, ObjectId commit, AllowedSigners signers) throws IOException {
        byte[] bytes = repository.open(commit, Constants.OBJ_COMMIT).getCachedBytes(LARGEST);
        try (var hash = new ObjectInserter.Formatter()) {
            // Objects are found by name, and their content is not looked at: what is signed must be what was named.
            if (!hash.idFor(Constants.OBJ_COMMIT, bytes).equals(commit)) {
                return new Bad("the repository is damaged: the commit's content is another's");
            }
        }
        return of(bytes, signers);
    }

    static CommitSignature of(byte[] commit, AllowedSigners signers) {
        // One byte, one character: what is cut up here is put together as it was.
        String text = new String(commit, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\n\n");
        String headers = end < 0 ? text : text.substring(0, end + 1);
        var signature = new StringBuilder();
        var signed = new StringBuilder();
        int found = 0;
        boolean inside = false;
        for (String line : headers.split("(?<=\n)")) {
            // As git does it: whatever begins so is no part of what is signed, and only one of them is what we look for.
            inside = line.startsWith("gpgsig") || inside && line.startsWith(" ");
            if (!inside) {
                signed.append(line);
                continue;
            }
            found += line.startsWith("gpgsig ") ? 1 : 0;
            signature.append(line.substring(line.indexOf(' ') + 1));
        }
        if (found == 0) {
            return new Unsigned();
        }
        signed.append(text, headers.length(), text.length());
        return found > 1
                ? new Bad("the commit carries more than one")
                : checked(signature.toString(), signed.toString().getBytes(StandardCharsets.ISO_8859_1), headers, signers);
    }

    private static CommitSignature checked(String signature, byte[] signed, String headers, AllowedSigners signers) {
        if (signature.contains("BEGIN PGP ")) {
            return new NotChecked("OpenPGP");
        }
        if (signature.contains("BEGIN SIGNED MESSAGE")) {
            return new NotChecked("X.509");
        }
        try {
            String fingerprint = SshSignature.signer(signature, NAMESPACE, signed);
            Matcher committer = COMMITTER.matcher(headers);
            Instant at = committer.find() ? Instant.ofEpochSecond(Long.parseLong(committer.group(1))) : Instant.EPOCH;
            return new Signed(fingerprint, signers.of(fingerprint, NAMESPACE, at));
        } catch (SshKeyException e) {
            return new Bad(String.valueOf(e.getMessage()).replaceFirst("\\.$", ""));
        }
    }
}
