package co.caution.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {

    @ParameterizedTest
    @CsvSource({
        "HTTPS://App.Example.ORG/attestation, https://app.example.org/attestation",
        "https://app.example.org:443/attestation/, https://app.example.org/attestation",
        "https://app.example.org:0443/attestation, https://app.example.org/attestation",
        "https://app.example.org./attestation, https://app.example.org/attestation",
        "http://app.example.org:80, http://app.example.org",
        "http://app.example.org/, http://app.example.org",
        "https://bücher.example/a, https://xn--bcher-kva.example/a",
        "https://BÜCHER.example/a, https://xn--bcher-kva.example/a",
        "https://XN--BCHER-KVA.example/a, https://xn--bcher-kva.example/a",
        "http://[::1]:8100/a, 'http://[0:0:0:0:0:0:0:1]:8100/a'",
        "http://[0:0::0:1]:8100/a, 'http://[0:0:0:0:0:0:0:1]:8100/a'",
        "http://[::ffff:10.0.0.1]/a, http://10.0.0.1/a",
        "https://app.example.org/a?x=1, https://app.example.org/a?x=1",
    })
    void onePlaceHasOneKeyHoweverItIsSpelt(String url, String key) {
        assertThat(Place.of(url).key()).isEqualTo(key);
        assertThat(Place.of(key).key()).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource({
        "http://app.example.org/a, https://app.example.org/a",
        "https://app.example.org/a, https://app.example.org/A",
        "https://app.example.org/a, https://app.example.org:8443/a",
        "https://app.example.org:80/a, https://app.example.org/a",
        "https://app.example.org/a, https://app.example.org/b",
        "https://app.example.org/a, https://app.example.org/a?b",
        "https://app.example.org/a%2Fb, https://app.example.org/a/b",
        "https://localhost/a, https://127.0.0.1/a",
        "https://аpple.example/a, https://apple.example/a",
    })
    void whatMayBeTwoPlacesIsTwo(String one, String other) {
        assertThat(Place.of(one).key()).isNotEqualTo(Place.of(other).key());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "app.example.org", "ftp://app.example.org/", "http://", "http:///a", "https://app.example.org:99999/", "https://app.example.org:0/",
        "https://app.example.org:/", "https://app.example.org/a#b", "https://app.example.org/a b", "https://[::1/a", "https://[x]/a",
        "https://app_1.example.org/", "https://a..example/", "https://app.example.org\\@evil.example/", "https:app.example.org", "https://%31/",
        "http://::1/a", "https://app.example.org/\u001b[2J"
    })
    void whatIsNoPlaceIsRefused(String url) {
        assertThatThrownBy(() -> Place.of(url)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cannot be used");
    }

    @Test
    void namesAndPasswordsAreRefusedAndNotSent() {
        assertThatThrownBy(() -> Place.of("https://app.example.org@evil.example/a")).hasMessageContaining("what stands before '@'");
    }

    @Test
    void itConnectsToThePathThatWasGiven() {
        assertThat(Place.of("HTTPS://Bücher.Example:443/A/").uri()).hasToString("https://xn--bcher-kva.example/A/");
    }
}
