package co.caution;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** AWS's STS as far as it is asked: AssumeRole by a role's trust in an external id, and GetCallerIdentity. */
public final class FakeSts {

    public static final String PRINCIPAL = "arn:aws:iam::210987654321:role/caution";

    /** By role's ARN: the external id that its trust policy demands; empty where it demands none. */
    public final Map<String, String> trust = new ConcurrentHashMap<>();
    /** By role's ARN: the account that a role is in, where that is not the one that its ARN says. */
    public final Map<String, String> accounts = new ConcurrentHashMap<>();
    /** What each call was. */
    public final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();
    /** Role's ARN to an error's code that its AssumeRole gets. */
    public final Map<String, String> errors = new ConcurrentHashMap<>();
    private final HttpServer server;

    FakeSts() {
        // Where the SDK looks first: what lies on this machine is not used, and no instance is asked for its role.
        System.setProperty("aws.accessKeyId", "AKIDOFTHETESTS");
        System.setProperty("aws.secretAccessKey", "not-a-secret");
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, String> call = Arrays.stream(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
        asked.add(call);
        if (call.get("Action").equals("AssumeRole")) {
            assume(exchange, call);
        } else {
            // The access key that was given out says for which role; it stands in the signature's header.
            String account = exchange.getRequestHeaders().getFirst("Authorization").replaceAll("(?s).*Credential=ASIA([0-9]{12})/.*", "$1");
            send(exchange, 200, "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
                    + "<Arn>arn:aws:sts::" + account + ":assumed-role/r/s</Arn><UserId>AROA:s</UserId><Account>" + account
                    + "</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
        }
    }

    private void assume(HttpExchange exchange, Map<String, String> call) throws IOException {
        String role = call.get("RoleArn");
        String demanded = trust.get(role);
        String error = errors.getOrDefault(role, demanded == null || !demanded.isEmpty() && !demanded.equals(call.get("ExternalId")) ? "AccessDenied" : "");
        if (!error.isEmpty()) {
            send(exchange, error.equals("InternalFailure") ? 500 : 403, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                    + "<Type>Sender</Type><Code>" + error + "</Code><Message>User is not authorized</Message></Error></ErrorResponse>");
            return;
        }
        send(exchange, 200, "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
                + "<AccessKeyId>ASIA" + accounts.getOrDefault(role, role.split(":")[4]) + "</AccessKeyId>"
                + "<SecretAccessKey>taken-secret</SecretAccessKey><SessionToken>taken-token</SessionToken>"
                + "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
    }

    private static void send(HttpExchange exchange, int status, String xml) throws IOException {
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/xml");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
