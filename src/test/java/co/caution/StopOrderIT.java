package co.caution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.context.SmartLifecycle;

/** The highest phase stops first, and takes those who use it along. */
class StopOrderIT {

    @Test
    void pushesAreToldThatTheServiceStopsBeforeAnythingThatServesThemDoes() throws Exception {
        Map<String, Integer> phases = TestService.shared().context().getBeansOfType(SmartLifecycle.class).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, bean -> bean.getValue().getPhase()));
        assertThat(phases).containsKeys("gitSshServer", "rateLimits");
        int first = Collections.max(phases.values());
        assertThat(phases.entrySet().stream().filter(bean -> bean.getValue() == first).map(Map.Entry::getKey)).containsExactly("deployments");
        assertThat(phases.get("rateLimits")).as("outlives who takes from it").isLessThan(phases.get("gitSshServer"));
    }
}
