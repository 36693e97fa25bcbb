package co.caution.cloud;

import co.caution.cloud.CloudAccount.State;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.StsException;

/** Takes on a role at AWS, to see whether and how one can; what it gets for that is used once and kept nowhere. */
@Component
class AwsRole {

    private static final Pattern ARN = Pattern.compile("arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}");
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(15);
    /** The least that STS gives. */
    private static final int SECONDS = 900;

    /** @param reason for people: what, why, what to do */
    record Found(State state, String reason) {}

    private final CloudSettings settings;

    AwsRole(CloudSettings settings) {
        this.settings = settings;
    }

    /** @throws CloudException for what is no role, no region, or not a pair */
    static void require(String roleArn, String region) {
        var arn = ARN.matcher(roleArn);
        if (!arn.matches()) {
            throw new CloudException("'role_arn' is the ARN of a role in your account: arn:aws:iam::123456789012:role/NAME");
        }
        // The region becomes part of a host's name: only those that are known.
        var known = Region.regions().stream().filter(each -> each.id().equals(region) && !each.isGlobalRegion()).findFirst()
                .orElseThrow(() -> new CloudException("'region' is one of AWS's: eu-central-1, for example."));
        if (!known.metadata().partition().id().equals(arn.group(1))) {
            throw new CloudException("The role is in the partition " + arn.group(1) + ", the region in " + known.metadata().partition().id()
                    + ": take a region of the role's.");
        }
    }

    Found check(CloudAccount account) {
        String role = account.roleArn();
        try (var ours = DefaultCredentialsProvider.builder().build(); StsClient sts = client(ours, account.region())) {
            try {
                ours.resolveCredentials();
            } catch (SdkClientException e) {
                return new Found(State.NO_CREDENTIALS, "This service has no credentials at AWS. Its operator gives it some, as an"
                        + " instance's role or in its environment.");
            }
            Credentials taken = take(sts, role, account.externalId());
            if (opensWithout(sts, role)) {
                return new Found(State.UNPROTECTED, "The role can be taken on without the external id: whoever knows its ARN could have this"
                        + " service act in your account. Add the condition on sts:ExternalId to its trust policy, and check again.");
            }
            return identity(taken, account);
        } catch (StsException e) {
            return refused(e, account);
        } catch (SdkClientException e) {
            return new Found(State.UNREACHABLE, "AWS's STS in " + account.region() + " did not answer. Check again later; if it stays so, the"
                    + " service's operator must let it reach that address.");
        }
    }

    Credentials take(StsClient sts, String role, @Nullable String externalId) {
        return sts.assumeRole(request -> request.roleArn(role).externalId(externalId).durationSeconds(SECONDS)
                .roleSessionName("caution-check-" + UUID.randomUUID().toString().substring(0, 8))).credentials();
    }

    private boolean opensWithout(StsClient sts, String role) {
        try {
            take(sts, role, null);
            return true;
        } catch (StsException e) {
            if (code(e).equals("AccessDenied")) {
                return false;
            }
            throw e;
        }
    }

    Found identity(Credentials taken, CloudAccount account) {
        var theirs = StaticCredentialsProvider.create(
                AwsSessionCredentials.create(taken.accessKeyId(), taken.secretAccessKey(), taken.sessionToken()));
        try (StsClient sts = client(theirs, account.region())) {
            String is = sts.getCallerIdentity().account();
            return account.account().equals(is)
                    ? new Found(State.CONNECTED, "This service can take on the role in account " + is + ", and nobody without its external id can.")
                    : new Found(State.WRONG_ACCOUNT, "The role's ARN says account " + account.account() + ", but what was taken on is in "
                            + (is.matches("[0-9]{12}") ? is : "another") + ". Remove this account, and add the right ARN.");
        }
    }

    private Found refused(StsException e, CloudAccount account) {
        return switch (code(e)) {
            case "AccessDenied" -> new Found(State.REFUSED, "AWS does not let this service take on " + account.roleArn()
                    + ", and does not say why. Either there is no such role; or its trust policy does not name " + settings.principal()
                    + "; or the external id there is not " + account.externalId() + "; or this service may not ask (sts:AssumeRole)."
                    + " Give the role this account's trust policy.");
            case "RegionDisabledException" -> new Found(State.REFUSED, "STS is switched off for " + account.region()
                    + " in your account. Switch it on (IAM, account settings), or take another region.");
            case "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException", "SignatureDoesNotMatch", "UnrecognizedClientException",
                    "IncompleteSignature" -> new Found(State.NO_CREDENTIALS,
                    "AWS does not accept this service's own credentials. Its operator must renew them.");
            default -> new Found(e.statusCode() >= 500 || e.isThrottlingException() ? State.UNREACHABLE : State.REFUSED,
                    "AWS's STS in " + account.region() + " answered with HTTP " + e.statusCode() + ". Check again later.");
        };
    }

    private static String code(StsException e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null ? "" : e.awsErrorDetails().errorCode();
    }

    StsClient client(AwsCredentialsProvider credentials, String region) {
        var builder = StsClient.builder()
                .region(Region.of(region))
                .credentialsProvider(credentials)
                .httpClientBuilder(UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(CONNECT))
                .overrideConfiguration(override -> override.apiCallTimeout(CALL));
        return settings.stsEndpoint() == null ? builder.build() : builder.endpointOverride(settings.stsEndpoint()).build();
    }
}
