package co.caution.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoginOriginsTest {

    @Test
    void originsAreWrittenInOneForm() {
        assertThat(LoginMessage.origin("HTTPS://Caution.Example.org:443/x")).contains("https://caution.example.org");
        assertThat(LoginMessage.origin("http://[::1]:8080")).contains("http://[::1]:8080");
        assertThat(LoginMessage.origin("ftp://a")).isEmpty();
        assertThat(LoginMessage.origin("nonsense")).isEmpty();
        var origins = new LoginOrigins(List.of("http://localhost:8080", "https://caution.example.org"));
        assertThat(origins.contains("http://127.0.0.1:8080")).isTrue();
        assertThat(origins.contains("http://127.0.0.1:8081")).isFalse();
        assertThat(origins.contains("http://caution.example.org")).as("not without TLS").isFalse();
    }
}
