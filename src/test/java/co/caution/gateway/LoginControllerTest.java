package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginControllerTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7", "2001:db8::1, 2001:db8:0:0:0:0:0:1", "::ffff:192.0.2.7, 192.0.2.7", "192.0.2.7:1234, 0.0.0.0",
        "localhost, 0.0.0.0", "unknown, 0.0.0.0", "'', 0.0.0.0"
    })
    void whatAProxySaysIsReadAndNeverLookedUp(String said, String read) {
        assertThat(LoginController.address(said).getHostAddress()).isEqualTo(read);
    }
}
