package co.caution.gateway;

import co.caution.account.Accounts;
import co.caution.account.Tokens;
import co.caution.sshkey.SshPublicKey;
import java.time.Clock;
import java.time.Instant;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What the operator does on the host; see {@link AdminToken} for how the host is recognised. */
@RestController
class AdminController {

    record NewUser(String name, String sshKey) {}

    /**
     * @param existed whether the key was added to an account that was there before
     * @param token shown once, never stored
     */
    record Created(String name, boolean existed, String fingerprint, String token, Instant expiresAt) {}

    private final Accounts accounts;
    private final Tokens tokens;
    private final Clock clock;

    AdminController(Accounts accounts, Tokens tokens, Clock clock) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.clock = clock;
    }

    @PostMapping("/api/admin/users")
    @ResponseStatus(HttpStatus.CREATED)
    @Transactional
    public Created addUser(@RequestBody NewUser request) {
        var key = SshPublicKey.parse(request.sshKey());
        boolean existed = accounts.exists(request.name());
        var account = accounts.findOrCreate(request.name());
        accounts.addSshKey(account.id(), key);
        var end = clock.instant().plus(Tokens.LONGEST);
        String token = tokens.create(account.id(), "given by the operator", end, accounts.wayIn(account.id(), key));
        return new Created(account.name(), existed, key.fingerprint(), token, end);
    }
}
