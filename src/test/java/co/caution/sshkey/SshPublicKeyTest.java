package co.caution.sshkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshPublicKeyTest {

    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    @Test
    void aKeyIsReadWithOrWithoutItsComment() {
        assertThat(SshPublicKey.parse(ED25519 + " somebody@somewhere\n").line()).isEqualTo(ED25519);
        assertThat(SshPublicKey.parse(ED25519).fingerprint())
                .isEqualTo("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
    }

    @Test
    void aShortRsaKeyIsRefusedWithWhatToDo() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        String line = PublicKeyEntry.toString(generator.generateKeyPair().getPublic());
        assertThatThrownBy(() -> SshPublicKey.parse(line))
                .isInstanceOf(SshKeyException.class)
                .hasMessageContaining("1024")
                .hasMessageContaining("ssh-keygen -t ed25519");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-dss AAAAB3NzaC1kc3M=", ED25519 + "\n" + ED25519,
        "-----BEGIN OPENSSH PRIVATE KEY-----"})
    void whatIsNoPublicKeyIsRefused(String text) {
        assertThatThrownBy(() -> SshPublicKey.parse(text)).isInstanceOf(SshKeyException.class);
    }
}
