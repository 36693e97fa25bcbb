package co.caution.audit;

/** Everything that is written down. {@code docs/reference/audit.md} has this table. */
public enum AuditEvent {
    ACCOUNT_CREATE("account.create", "somebody got an account, and an organization of their own"),
    LOGIN("login", "somebody showed who they are, and got a token or, in a browser, a session"),
    SSH_KEY_ADD("ssh-key.add", "an account got another SSH key"),
    SSH_KEY_REMOVE("ssh-key.remove", "an account lost an SSH key"),
    PASSKEY_ADD("passkey.add", "an account got another passkey"),
    PASSKEY_RENAME("passkey.rename", "a passkey got another name"),
    PASSKEY_REMOVE("passkey.remove", "an account lost a passkey"),
    TOKEN_CREATE("token.create", "a token was made"),
    TOKEN_REVOKE("token.revoke", "a token was ended by its owner"),
    DEVICE_ALLOW("device.allow", "somebody allowed a program's login, with a passkey"),
    DEVICE_DENY("device.deny", "somebody refused a program's login"),
    SESSION_END("session.end", "a browser's session was ended by its owner"),
    ORGANIZATION_CREATE("organization.create", "an organization was made"),
    INVITATION_CREATE("invitation.create", "somebody may join by a link"),
    INVITATION_TAKE_BACK("invitation.take-back", "such a link is good no more"),
    MEMBER_JOIN("member.join", "somebody used an invitation"),
    MEMBER_CHANGE("member.change", "a member got another role"),
    MEMBER_REMOVE("member.remove", "somebody was made to leave an organization"),
    MEMBER_LEAVE("member.leave", "somebody left an organization"),
    CLOUD_ACCOUNT_CONNECT("cloud-account.connect", "an account at AWS was connected"),
    CLOUD_ACCOUNT_CHECK("cloud-account.check", "AWS was asked whether it lets the service in"),
    CLOUD_ACCOUNT_REMOVE("cloud-account.remove", "an account at AWS was forgotten"),
    APP_CREATE("app.create", "an app was made"),
    APP_CHANGE("app.change", "an app's settings were changed"),
    APP_DESTROY("app.destroy", "an app was stopped and removed"),
    PUSH_ACCEPT("push.accept", "a commit was taken, to be built and deployed"),
    RELEASE_DEPLOY("release.deploy", "a release that was built before was asked for, to be deployed again"),
    BUILD_CANCEL("build.cancel", "a build was ended by somebody"),
    DEPLOYMENT_LIVE("deployment.live", "a release was attested and gets the app's traffic"),
    DEPLOYMENT_END("deployment.end", "a release that was live is so no more"),
    BACKUP_MAKE("backup.make", "the operator began a backup");

    private final String word;
    private final String meaning;

    AuditEvent(String word, String meaning) {
        this.word = word;
        this.meaning = meaning;
    }

    public String word() {
        return word;
    }

    public String meaning() {
        return meaning;
    }
}
