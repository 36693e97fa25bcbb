package co.caution.gateway;

import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.cloud.CloudAccount;
import co.caution.cloud.CloudAccounts;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An organization's accounts at AWS over HTTP; who may is decided by the {@link Gate}. */
@RestController
@RequestMapping("/api/organizations/{organization}/cloud-accounts")
class CloudAccountController {

    record NewCloudAccount(String roleArn, String region) {}

    /**
     * @param account the AWS account's number
     * @param trustPolicy for the role, as AWS takes it
     */
    record CloudAccountView(UUID id, String account, String roleArn, String region, String externalId, JsonNode trustPolicy, String state,
            @Nullable String reason, Instant createdAt, @Nullable Instant checkedAt) {}

    private static final JsonMapper JSON = new JsonMapper();

    private final CloudAccounts accounts;

    CloudAccountController(CloudAccounts accounts) {
        this.accounts = accounts;
    }

    @GetMapping
    ResponseEntity<List<CloudAccountView>> list(@RequestAttribute(Apps.OWNER) Owner organization, PageRequest wanted, HttpServletRequest http) {
        return accounts.of(organization.id(), wanted).answer(this::view, http);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    CloudAccountView connect(@RequestAttribute(Apps.OWNER) Owner organization, @RequestBody NewCloudAccount request) {
        return view(accounts.connect(organization.id(), String.valueOf(request.roleArn()), String.valueOf(request.region())));
    }

    @PostMapping("/{account}/check")
    CloudAccountView check(@RequestAttribute(Apps.OWNER) Owner organization, @PathVariable UUID account) {
        return view(accounts.check(organization.id(), account));
    }

    @DeleteMapping("/{account}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@RequestAttribute(Apps.OWNER) Owner organization, @PathVariable UUID account) {
        accounts.remove(organization.id(), account);
    }

    private CloudAccountView view(CloudAccount a) {
        return new CloudAccountView(a.id(), a.account(), a.roleArn(), a.region(), a.externalId(), JSON.valueToTree(accounts.trustPolicy(a)),
                a.state().word(), a.reason(), a.createdAt(), a.checkedAt());
    }
}
