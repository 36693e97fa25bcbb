package co.caution.app;

import static org.mockito.Mockito.mock;

import co.caution.app.store.AppStore;
import java.nio.file.Path;

/** The repositories of a platform that is nothing but a directory. */
public final class TestRepositories {

    private TestRepositories() {}

    public static PlatformSettings settings(Path home) {
        return new PlatformSettings(home, "localhost", "127.0.0.1", "127.0.0.1", "http://localhost", null, 1, 0, 3, 4, 1);
    }

    public static Repositories in(Path home) {
        return new Repositories(settings(home));
    }

    /** Of organizations that have one app each. */
    public static RepositoryRoom room(Path home, RepositoryLimits limits) {
        return new RepositoryRoom(limits, settings(home), in(home), mock(AppStore.class));
    }
}
