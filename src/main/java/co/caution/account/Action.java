package co.caution.account;

/** Everything that is done in an organization, and the least role that may: the whole table of permissions. */
public enum Action {
    LOOK_AT_APPS(Role.VIEWER, "look at apps, their builds and what these said, releases and deployments"),
    FETCH_SOURCE(Role.VIEWER, "fetch or clone an app's source, or its images, to verify what runs"),
    LOOK_AT_MEMBERS(Role.VIEWER, "see who is in the organization, and as what"),
    LEAVE(Role.VIEWER, "leave the organization"),
    CREATE_APP(Role.MEMBER, "make an app"),
    DEPLOY(Role.MEMBER, "push, and so build and deploy"),
    CANCEL_BUILD(Role.MEMBER, "end a build that waits or runs"),
    CHANGE_APP(Role.MEMBER, "rename an app, or choose the branch that deploys"),
    DESTROY_APP(Role.ADMIN, "stop an app and remove it"),
    LOOK_AT_INVITATIONS(Role.ADMIN, "see which invitations are open"),
    INVITE(Role.ADMIN, "invite somebody, as at most what one is oneself, and take an invitation back"),
    CHANGE_MEMBER(Role.ADMIN, "change a member's role: of nobody, and to nothing, above one's own"),
    REMOVE_MEMBER(Role.ADMIN, "remove a member who is not above oneself");

    private final Role least;
    private final String meaning;

    Action(Role least, String meaning) {
        this.least = least;
        this.meaning = meaning;
    }

    public Role least() {
        return least;
    }

    /** In words that follow "may". */
    public String meaning() {
        return meaning;
    }
}
