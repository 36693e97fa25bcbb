package co.caution.gateway;

import co.caution.account.AccountException;
import co.caution.account.Action;
import co.caution.account.Grant;
import co.caution.account.Organization;
import co.caution.account.Organizations;
import co.caution.account.Permissions;
import co.caution.account.Scope;
import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The one place where a call is permitted in an organization, before its handler sees it. Handlers get the organization
 * from here; one that the gate did not pass gets none.
 */
@Component
class Gate implements HandlerInterceptor, WebMvcConfigurer {

    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /** Of the path; an id or a name. */
    private static final String APP = "app";

    private final Permissions permissions;
    private final Organizations organizations;
    private final Apps apps;
    private final FreshProof proof;
    private final Standing standing;

    Gate(Permissions permissions, Organizations organizations, Apps apps, FreshProof proof, Standing standing) {
        this.permissions = permissions;
        this.organizations = organizations;
        this.apps = apps;
        this.proof = proof;
        this.standing = standing;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws HttpRequestMethodNotSupportedException {
        if (!(handler instanceof HandlerMethod method) || method.getBean() instanceof ErrorPage) {
            return true; // files of ours, and words for what was refused already
        }
        String pattern = String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
        if (request.getMethod().equals(HttpMethod.OPTIONS.name())) {
            throw new HttpRequestMethodNotSupportedException(request.getMethod()); // the framework would answer it by itself
        }
        // HEAD is answered by what answers GET.
        String verb = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        var route = Routes.find(verb, pattern);
        if (route.isEmpty()) {
            LOG.error("{} {} has no line in the table of routes and is therefore not served", verb, pattern);
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        demand(request, route.get().access());
        switch (route.get().access()) {
            case Access.Within within -> {
                Apps.Owner owner = permit(request, within);
                request.setAttribute(Apps.OWNER, owner);
                request.setAttribute(Apps.STILL_PERMITTED, standing.of(request, caller(request), owner.id(), within.action()));
                request.setAttribute(Apps.ONLY, grant(request).app());
            }
            case Access.Wherever wherever -> {
                request.setAttribute(Apps.OWNERS, permissions.where(caller(request), wherever.action()).entrySet().stream()
                        .map(found -> new Apps.Owner(found.getKey(), found.getValue()))
                        .toList());
                request.setAttribute(Apps.ONLY, grant(request).app());
            }
            // Whether they are who they must be was asked on the way here.
            case Access.Anyone _ -> nameForId(request);
            case Access.Oneself _, Access.Operator _, Access.Monitor _ -> {}
        }
        if (route.get().proof() != Routes.Proof.NONE) {
            proof.require(request, caller(request), route.get().proof());
        }
        return true;
    }

    /** Before anything is looked up: what is said here is the same whatever there is. */
    private static void demand(HttpServletRequest request, Access access) {
        if (access instanceof Access.Anyone || access instanceof Access.Operator || access instanceof Access.Monitor) {
            return;
        }
        Grant grant = grant(request);
        var missing = EnumSet.noneOf(Scope.class);
        missing.addAll(access.scopes());
        missing.removeAll(grant.scopes());
        if (!missing.isEmpty()) {
            throw new AccountException.Denied("This token is not for that: it lacks the scope " + Scope.words(missing).replace(" ", ", ")
                    + ". It has " + Scope.words(grant.scopes()).replace(" ", ", ") + ". Use one that has it, or log in: caution login");
        }
        if (grant.app() != null && !access.takesBound()) {
            throw new AccountException.Denied("This token is for one app, and this is not about that. Use another one, or log in:"
                    + " caution login");
        }
    }

    private static Grant grant(HttpServletRequest request) {
        if (request.getAttribute(Grant.ATTRIBUTE) instanceof Grant grant) {
            return grant;
        }
        throw new IllegalStateException("what the call carries is not known, and yet it came to the gate");
    }

    private Apps.Owner permit(HttpServletRequest request, Access.Within within) {
        UUID caller = caller(request);
        return switch (within.subject()) {
            case APP -> {
                Grant grant = grant(request);
                var theirs = theirs(caller, grant);
                Optional<App> app = find(request, theirs).filter(found -> grant.reaches(found.id()));
                UUID owner = app.map(App::organizationId).orElse(Permissions.NOWHERE);
                var permitted = permit(caller, Optional.ofNullable(theirs.get(owner)).map(name -> new Apps.Owner(owner, name)),
                        within.action(), new AppException.NotFound(variable(request, APP)));
                app.ifPresent(found -> handOn(request, found));
                yield permitted;
            }
            case ORGANIZATION -> {
                String name = variable(request, "organization");
                yield permit(caller, owner(organizations.find(name)), within.action(), noOrganization(name));
            }
            case PARAMETER -> {
                @Nullable String name = request.getParameter("organization");
                yield permit(caller, owner(name == null ? organizations.find(caller) : organizations.find(name)), within.action(),
                        noOrganization(String.valueOf(name)));
            }
        };
    }

    /** @param absent what is said of something that is not there, and of what is another organization's */
    private Apps.Owner permit(UUID caller, Optional<Apps.Owner> found, Action action, RuntimeException absent) {
        return switch (permissions.ask(List.of(caller), found.map(Apps.Owner::id).orElse(Permissions.NOWHERE), action)) {
            case Permissions.Answer.Allowed _ -> found.orElseThrow(() -> absent);
            case Permissions.Answer.Denied denied -> throw new AccountException.Denied(denied.why());
            case Permissions.Answer.Hidden _ -> throw absent;
        };
    }

    private static Optional<Apps.Owner> owner(Optional<Organization> found) {
        return found.map(o -> new Apps.Owner(o.id(), o.name()));
    }

    private static RuntimeException noOrganization(String name) {
        return new AccountException.NotFound("There is no organization '" + name
                + "', or you are not in it. 'caution orgs list' shows yours.");
    }

    private static UUID caller(HttpServletRequest request) {
        if (request.getAttribute(Apps.CALLER) instanceof UUID caller) {
            return caller;
        }
        throw new IllegalStateException("nobody is signed in, and yet the call came to the gate");
    }

    private Optional<App> find(HttpServletRequest request, Map<UUID, String> theirs) {
        return apps.find(variable(request, APP), request.getParameter("organization"), theirs);
    }

    /** Where nobody has to be signed in, an app has its id; whoever is may use a name. */
    private void nameForId(HttpServletRequest request) {
        if (variables(request).containsKey(APP) && request.getAttribute(Apps.CALLER) instanceof UUID caller
                && request.getAttribute(Grant.ATTRIBUTE) instanceof Grant grant) {
            find(request, theirs(caller, grant)).filter(found -> grant.reaches(found.id())).ifPresent(found -> handOn(request, found));
        }
    }

    /** Where an app may be looked for. */
    private Map<UUID, String> theirs(UUID caller, Grant grant) {
        var theirs = permissions.organizations(List.of(caller));
        if (grant.app() != null) {
            // Names are looked for where its app is: apps of that name elsewhere are not there for it.
            theirs.keySet().retainAll(apps.find(grant.app().toString(), null, theirs).map(App::organizationId).stream().toList());
        }
        return theirs;
    }

    /** Handlers take ids alone, whatever the caller wrote. */
    private static void handOn(HttpServletRequest request, App app) {
        var variables = new LinkedHashMap<>(variables(request));
        variables.put(APP, app.id().toString());
        request.setAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE, variables);
    }

    private static String variable(HttpServletRequest request, String name) {
        return String.valueOf(variables(request).get(name));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> variables(HttpServletRequest request) {
        return (Map<String, String>) request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
    }
}
