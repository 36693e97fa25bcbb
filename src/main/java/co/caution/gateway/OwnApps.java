package co.caution.gateway;

import co.caution.account.AccountException;
import co.caution.account.Action;
import co.caution.account.Permissions;
import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import java.util.List;
import java.util.UUID;

/** An app that a body names, by its id or name. */
final class OwnApps {

    private OwnApps() {}

    /**
     * One that the caller may do that with; where several have the name, those with which they may come first.
     *
     * @throws AccountException.Denied where they see it, and may not
     * @throws AppException.NotFound where there is none, or none that they see
     */
    static UUID find(Permissions permissions, Apps apps, UUID caller, Action action, String named) {
        App app = apps.find(named, null, permissions.where(caller, action))
                .or(() -> apps.find(named, null, permissions.organizations(List.of(caller))))
                .orElseThrow(() -> new AppException.NotFound(named));
        return switch (permissions.ask(List.of(caller), app.organizationId(), action)) {
            case Permissions.Answer.Allowed _ -> app.id();
            case Permissions.Answer.Denied denied -> throw new AccountException.Denied(denied.why());
            case Permissions.Answer.Hidden _ -> throw new AppException.NotFound(named);
        };
    }
}
