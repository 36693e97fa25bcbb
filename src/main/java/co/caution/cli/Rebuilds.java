package co.caution.cli;

import co.caution.build.BuiltImage;
import co.caution.verify.AppSource;
import co.caution.verify.Reproduction;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The same commit on the same EnclaveOS is the same image: who verifies again and again builds it once. */
final class Rebuilds {

    private final Map<String, BuiltImage> done = new ConcurrentHashMap<>();

    Reproduction.Builder once(AppSource app, Reproduction.Builder builder) {
        String source = app.tree().name();
        return os -> {
            String key = source + " " + os.digest();
            BuiltImage known = done.get(key);
            if (known == null) {
                known = builder.build(os);
                done.put(key, known);
            }
            return known;
        };
    }
}
