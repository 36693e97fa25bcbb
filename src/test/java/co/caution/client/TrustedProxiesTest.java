package co.caution.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {

    private static final TrustedProxies PROXIES = new TrustedProxies(List.of("10.0.0.0/8", "192.0.2.1", "fd00:1::/33"));

    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "203.0.113.9 | 198.51.100.1                       | 203.0.113.9",   // a stranger's word
        "172.16.0.1  | 198.51.100.1                       | 172.16.0.1",    // private, but not named
        "10.1.2.3    | 198.51.100.1                       | 198.51.100.1",
        "10.1.2.3    | 127.0.0.1, 198.51.100.1            | 198.51.100.1",  // what the client wrote stands to the left
        "10.1.2.3    | 127.0.0.1, 198.51.100.1, 10.9.9.9  | 198.51.100.1",
        "10.1.2.3    | 127.0.0.1; 198.51.100.1; 192.0.2.1 | 198.51.100.1",  // several headers
        "10.1.2.3    | 10.7.7.7, 192.0.2.1                | 10.7.7.7",      // the client is one of them
        "10.1.2.3    | -                                  | 10.1.2.3",
        "10.1.2.3    | 198.51.100.1, unknown              | 10.1.2.3",
        "10.1.2.3    | 198.51.100.1,                      | 10.1.2.3",
        "10.1.2.3    | 198.51.100.1, evil.example         | 10.1.2.3",      // never looked up
        "10.1.2.3    | 198.51.100.1:4711                  | 198.51.100.1",
        "10.1.2.3    | [2001:db8::7]:4711                 | 2001:db8:0:0:0:0:0:7",
        "10.1.2.3    | ::ffff:198.51.100.1                | 198.51.100.1",
        "fd00:1::5   | 2001:db8::7                        | 2001:db8:0:0:0:0:0:7",
        "fd00:1:8000::5 | 2001:db8::7                     | fd00:1:8000:0:0:0:0:5",
        "11.0.0.0    | 198.51.100.1                       | 11.0.0.0",
    })
    @ParameterizedTest
    void theClientIsTheRightMostAddressThatIsNoProxy(String peer, String header, String client) {
        List<String> headers = header == null ? List.of() : Arrays.asList(header.split(";"));
        assertThat(PROXIES.client(InetAddress.ofLiteral(peer), headers).getHostAddress()).isEqualTo(client);
    }

    @Test
    void whoNamesNoneTrustsNobody() {
        assertThat(new TrustedProxies(List.of()).client(InetAddress.ofLiteral("127.0.0.1"), List.of("198.51.100.1")).getHostAddress())
                .isEqualTo("127.0.0.1");
    }

    @ValueSource(strings = {"proxy.example", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "fd00::/129", "10.0.0", "", "/8"})
    @ParameterizedTest
    void whatIsNoNetworkIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new TrustedProxies(List.of(text))).withMessageContaining("'" + text + "'");
    }
}
