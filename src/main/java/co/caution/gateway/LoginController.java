package co.caution.gateway;

import co.caution.account.SignIn;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Logging in with an SSH key, in two calls that need no token. */
@RestController
class LoginController {

    record Begin(String origin, @Nullable String user) {}

    record Answer(UUID id, String signature, @Nullable String tokenName) {}

    record LoggedIn(String user, String fingerprint, String token, Instant expiresAt) {}

    private static final InetAddress NO_ADDRESS = InetAddress.ofLiteral("0.0.0.0");

    private final SignIn signIn;

    LoginController(SignIn signIn) {
        this.signIn = signIn;
    }

    @PostMapping("/api/login/challenge")
    @ResponseStatus(HttpStatus.CREATED)
    SignIn.Challenge challenge(@RequestBody Begin request, HttpServletRequest http) {
        return signIn.challenge(String.valueOf(request.origin()), request.user() == null ? "" : request.user(),
                address(http.getRemoteAddr()));
    }

    /** Never looked up; a proxy may have written anything, and all that is no address counts as one. */
    static InetAddress address(String literal) {
        try {
            return InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            return NO_ADDRESS;
        }
    }

    @PostMapping("/api/login")
    @ResponseStatus(HttpStatus.CREATED)
    LoggedIn login(@RequestBody Answer request) {
        if (request.id() == null) {
            throw new IllegalRequestException("'id' is missing: the challenge's.");
        }
        var in = signIn.answer(request.id(), request.signature(), request.tokenName() == null ? "login" : request.tokenName());
        return new LoggedIn(in.account().name(), in.fingerprint(), in.token(), in.expiresAt());
    }
}
