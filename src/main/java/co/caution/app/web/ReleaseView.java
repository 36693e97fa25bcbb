package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Release;
import java.time.Instant;

/**
 * A release as callers see it.
 *
 * @param eifSize in bytes
 * @param enclaveos the digest of the lock of the EnclaveOS in it
 * @param runs whether it is what runs now
 * @param imageKept whether its image can still be fetched and started
 */
record ReleaseView(int number, String commit, String pcr0, String pcr1, String pcr2, long eifSize, String eifSha256, String enclaveos,
        Instant createdAt, boolean runs, boolean imageKept) {

    static ReleaseView of(Apps apps, App app, Release r) {
        return new ReleaseView(r.number(), r.commitId(), r.pcr0(), r.pcr1(), r.pcr2(), r.eifSize(), r.eifSha256(), r.enclaveos(),
                r.createdAt(), apps.runs(app, r), apps.image(r).isPresent());
    }
}
