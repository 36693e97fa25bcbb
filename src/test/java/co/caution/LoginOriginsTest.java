package co.caution;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.ConfigurationSources.Setting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which server a login may be meant for, and whose it is. */
class LoginOriginsTest {

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, true", "http://127.0.0.1:8080, true", "https://localhost:8080, true", "http://localhost:8081, false",
        "http://caution.example.org, false"
    })
    void withoutANameItIsThisMachine(String origin, boolean taken) {
        assertThat(CautionServer.loginOrigins(settings()).contains(origin)).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({
        "https://caution.example.org, true", "http://caution.example.org, false", "https://other.example.org, true",
        // Whoever relays a login may listen there, on the client's machine.
        "http://localhost:8080, false", "https://127.0.0.1:8080, false", "https://localhost, false"
    })
    void underItsPublicAddressItIsThatAndNotEveryMachineThatCallsItselfLocalhost(String origin, boolean taken) {
        var origins = CautionServer.loginOrigins(settings("caution.public-url", "https://caution.example.org/",
                "caution.origins", "https://other.example.org"));
        assertThat(origins.contains(origin)).isEqualTo(taken);
    }

    @Test
    void aNameOfItsOwnGoesWithThePublicAddress() {
        var origins = CautionServer.loginOrigins(settings("caution.public-url", "https://caution.example.org", "caution.host", "node-1"));
        assertThat(origins.contains("http://node-1:8080")).isTrue();
        assertThat(origins.contains("https://caution.example.org")).isTrue();
    }

    @Test
    void plainHttpIsNoOriginWhereTheServerSpeaksTls() {
        var origins = CautionServer.loginOrigins(settings("caution.host", "node-1", "caution.tls.certificate", "/c.pem",
                "caution.tls.key", "/k.pem"));
        assertThat(origins.contains("https://node-1:8080")).isTrue();
        assertThat(origins.contains("http://node-1:8080")).isFalse();
    }

    private static CautionProperties settings(String... pairs) {
        var options = new ArrayList<>(List.of(new Setting("caution.home", "/nowhere/home", "--home"),
                new Setting("caution.cache", "/nowhere/cache", "--workdir")));
        for (int i = 0; i < pairs.length; i += 2) {
            options.add(new Setting(pairs[i], pairs[i + 1], pairs[i]));
        }
        return Configuration.atRest(new ConfigurationSources(options, List.of(), null, List.of()));
    }
}
