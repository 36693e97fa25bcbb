package co.caution.gateway;

import co.caution.account.Action;
import co.caution.account.Permissions;
import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import java.util.UUID;

/** An app that a body names, by its id or name. */
final class OwnApps {

    private OwnApps() {}

    /**
     * One that the caller may do something with: any other is not there.
     *
     * @throws AppException.NotFound where there is none
     */
    static UUID find(Permissions permissions, Apps apps, UUID caller, Action action, String named) {
        var there = permissions.where(caller, action);
        return apps.find(named, null, there).filter(app -> there.containsKey(app.organizationId())).map(App::id)
                .orElseThrow(() -> new AppException.NotFound(named));
    }
}
