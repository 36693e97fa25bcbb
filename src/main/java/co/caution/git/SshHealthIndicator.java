package co.caution.git;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether pushes can come in; "ssh" in {@code /health/ready}. */
@Component
final class SshHealthIndicator implements HealthIndicator {

    private final GitSshServer server;

    SshHealthIndicator(GitSshServer server) {
        this.server = server;
    }

    @Override
    public Health health() {
        return (server.isRunning() ? Health.up() : Health.down()).build();
    }
}
