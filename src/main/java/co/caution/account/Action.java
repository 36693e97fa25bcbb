package co.caution.account;

/** Everything that is done in an organization, the least role that may, and the scope that a token needs: the whole table of permissions. */
public enum Action {
    LOOK_AT_APPS(Role.VIEWER, Scope.READ, "look at apps, their builds and what these said, releases and deployments"),
    FETCH_SOURCE(Role.VIEWER, Scope.READ, "fetch or clone an app's source, or its images, to verify what runs"),
    LOOK_AT_MEMBERS(Role.VIEWER, Scope.READ, "see who is in the organization, and as what"),
    LEAVE(Role.VIEWER, Scope.MANAGE, "leave the organization"),
    CREATE_APP(Role.MEMBER, Scope.MANAGE, "make an app"),
    DEPLOY(Role.MEMBER, Scope.DEPLOY, "push, and so build and deploy; deploy what was built before"),
    CANCEL_BUILD(Role.MEMBER, Scope.DEPLOY, "end a build that waits or runs"),
    CHANGE_APP(Role.MEMBER, Scope.MANAGE, "rename an app, or choose the branch that deploys"),
    DESTROY_APP(Role.ADMIN, Scope.MANAGE, "stop an app and remove it"),
    LOOK_AT_INVITATIONS(Role.ADMIN, Scope.READ, "see which invitations are open"),
    LOOK_AT_AUDIT(Role.ADMIN, Scope.READ, "read the organization's audit log"),
    INVITE(Role.ADMIN, Scope.MANAGE, "invite somebody, as at most what one is oneself, and take an invitation back"),
    CHANGE_MEMBER(Role.ADMIN, Scope.MANAGE, "change a member's role: of nobody, and to nothing, above one's own"),
    REMOVE_MEMBER(Role.ADMIN, Scope.MANAGE, "remove a member who is not above oneself"),
    LOOK_AT_CLOUD_ACCOUNTS(Role.ADMIN, Scope.READ, "see which cloud accounts are connected"),
    CHECK_CLOUD_ACCOUNT(Role.ADMIN, Scope.MANAGE, "ask AWS whether a cloud account lets the service in"),
    CONNECT_CLOUD_ACCOUNT(Role.OWNER, Scope.MANAGE, "connect a cloud account, and remove one");

    private final Role least;
    private final Scope scope;
    private final String meaning;

    Action(Role least, Scope scope, String meaning) {
        this.least = least;
        this.scope = scope;
        this.meaning = meaning;
    }

    public Role least() {
        return least;
    }

    /** What a token must be good for. */
    public Scope scope() {
        return scope;
    }

    /** In words that follow "may". */
    public String meaning() {
        return meaning;
    }
}
