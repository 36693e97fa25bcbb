package co.caution.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DeploymentFileTest {

    @TempDir
    Path repository;

    @Test
    void aRepositoryWithoutOneHasAnEmptyOne() throws Exception {
        assertThat(DeploymentFile.read(repository).resourceId()).isNull();
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        DeploymentFile.empty()
                .withResourceId("3f0e1bfa-6f2c-4a53-9d43-2a4d7f1f0c11")
                .withServer("http://localhost:8080")
                .withAttestationUrl("http://localhost:8080/attestation")
                .write(repository);

        DeploymentFile read = DeploymentFile.read(repository);
        assertThat(read.resourceId()).isEqualTo("3f0e1bfa-6f2c-4a53-9d43-2a4d7f1f0c11");
        assertThat(read.server()).isEqualTo("http://localhost:8080");
        assertThat(read.attestationUrl()).isEqualTo("http://localhost:8080/attestation");
        assertThat(repository.resolve(".caution")).isDirectoryContaining("glob:**deployment.json");
        try (var files = Files.list(repository.resolve(".caution"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aLinkToWhatHasNoEndIsRefused() throws Exception {
        Files.createDirectory(repository.resolve(".caution"));
        Files.createSymbolicLink(repository.resolve(DeploymentFile.PATH), Path.of("/dev/zero"));
        assertThatThrownBy(() -> DeploymentFile.read(repository)).isInstanceOf(IOException.class).hasMessageContaining("is not a file");
    }

    @Test
    void keysOfOthersSurvive() throws Exception {
        Files.createDirectory(repository.resolve(".caution"));
        Files.writeString(
                repository.resolve(DeploymentFile.PATH), "{\"resource_id\":\"a\",\"theirs\":{\"deep\":[1,2.5]}}");

        DeploymentFile.read(repository).withResourceId("b").write(repository);

        assertThat(repository.resolve(DeploymentFile.PATH)).content().contains("theirs", "2.5", "\"b\"");
    }

    @Test
    void aFileThatIsNoObjectIsSaidToBeSo() throws Exception {
        Files.createDirectory(repository.resolve(".caution"));
        Files.writeString(repository.resolve(DeploymentFile.PATH), "[]");

        assertThatThrownBy(() -> DeploymentFile.read(repository))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a JSON object");
    }
}
