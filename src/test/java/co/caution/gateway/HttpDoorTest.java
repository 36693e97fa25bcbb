package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.client.TrustedProxies;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HttpDoorTest {

    private static final InetAddress ALICE = InetAddress.ofLiteral("203.0.113.1");
    private static final InetAddress MALLORY = InetAddress.ofLiteral("203.0.113.2");
    private static final InetAddress PROXY = InetAddress.ofLiteral("10.0.0.1");

    private long now;
    private final Set<String> hungUp = new HashSet<>();
    private final List<HttpDoor.Reason> turnedAway = new ArrayList<>();
    private final HttpDoor<String> door = new HttpDoor<>(new HttpLimits(4, 3, Duration.ofSeconds(30)),
            new TrustedProxies(List.of("10.0.0.1")), () -> now, connection -> !hungUp.contains(connection), turnedAway::add);

    @Test
    void anAddressHasSoManyConnections() {
        assertThat(enter(MALLORY, "1", "2", "3")).isEmpty();
        assertThat(door.enter("4", MALLORY)).as("the newcomer").hasValue("4");
        assertThat(door.enter("5", ALICE)).isEmpty();
        hungUp.add("2");
        assertThat(door.enter("6", MALLORY)).isEmpty();
        assertThat(turnedAway).containsExactly(HttpDoor.Reason.ADDRESS);
    }

    @Test
    void aProxyMayHaveThemAllAndIsTheLastToMakeRoom() {
        assertThat(enter(PROXY, "1", "2", "3")).isEmpty();
        assertThat(enter(MALLORY, "4")).isEmpty();
        assertThat(door.enter("5", PROXY)).hasValue("4");
        assertThat(door.enter("6", ALICE)).as("now there is nobody else").hasValue("1");
    }

    @Test
    void whoHasMostMakesRoomAndOfThoseWhoHasWaitedLongest() {
        enter(MALLORY, "1", "2", "3");
        door.begin("1");
        enter(ALICE, "4");
        assertThat(door.enter("5", ALICE)).as("what works is left alone").hasValue("2");
        assertThat(turnedAway).containsExactly(HttpDoor.Reason.CONNECTIONS);
        for (String connection : List.of("3", "4", "5")) {
            door.begin(connection);
        }
        assertThat(door.enter("6", ALICE)).as("all work: the newcomer").hasValue("6");
    }

    @Test
    void whoIsSlowLeavesHoweverMuchTheyDrip() {
        enter(MALLORY, "1", "2");
        door.begin("2");
        now = Duration.ofSeconds(29).toNanos();
        assertThat(door.overdue()).isEmpty();
        now = Duration.ofSeconds(31).toNanos();
        assertThat(door.overdue()).containsExactly("1");
        door.end("2");
        now = Duration.ofSeconds(60).toNanos();
        assertThat(door.overdue()).as("the next request may take as long").isEmpty();
        now = Duration.ofSeconds(62).toNanos();
        assertThat(door.overdue()).containsExactly("2");
        assertThat(turnedAway).containsExactly(HttpDoor.Reason.SLOW, HttpDoor.Reason.SLOW);
    }

    private List<String> enter(InetAddress address, String... connections) {
        var left = new ArrayList<String>();
        for (String connection : connections) {
            now++;
            door.enter(connection, address).ifPresent(left::add);
        }
        return left;
    }
}
