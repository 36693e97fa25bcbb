package co.caution.words;

import co.caution.build.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Understands a line of words, makes the call that it means, and says what came of it. */
public final class Words {

    /** Exit code: it was not understood. */
    public static final int USAGE = 64;

    private static final int FAILED = 1;
    /** Seconds that one call waits for the next line; whoever has gone is noticed after each. */
    private static final int WAIT = 5;
    private static final Duration BETWEEN_CALLS = Duration.ofSeconds(1);

    /** Where the next page begins (RFC 8288). */
    private static final Pattern NEXT = Pattern.compile("[?&]cursor=([A-Za-z0-9_-]+)[^>]*>; *rel=\"next\"");

    /** One client: what it is told, and whether it is still there. */
    public record Client(OutputStream out, OutputStream err, BooleanSupplier gone) {}

    private record Said(Phrase phrase, Map<String, String> given, Map<String, String> chosen, boolean json, boolean follow,
            @Nullable String as) {}

    private final Api api;

    public Words(Api api) {
        this.api = api;
    }

    /**
     * @param callers whose key it is; whoever is meant is named with {@code --as} where they are several
     * @return the exit code
     * @throws IOException where the client listens no more
     */
    public int run(String line, List<Api.Caller> callers, Client client) throws IOException {
        try {
            List<String> words = Quoting.words(line);
            if (words.isEmpty() || words.getFirst().equals("help")) {
                write(client.out(), help(words.size() > 1 ? words.get(1) : ""));
                return 0;
            }
            Said said = understand(words);
            if (said.phrase().view() instanceof Phrase.View.Elsewhere(var command)) {
                return fatal(client, "this needs a fresh proof that it is you, for this very call, which SSH has no place for. With"
                        + " the CLI: " + command);
            }
            return said.follow() ? follow(said, caller(said.as(), callers), client) : once(said, caller(said.as(), callers), client);
        } catch (UsageException e) {
            fatal(client, e.getMessage() + ". What there is: help");
            return USAGE;
        }
    }

    private int once(Said said, Api.Caller caller, Client client) throws IOException {
        var answer = call(said, caller, said.chosen());
        if (answer.status() >= 300) {
            return fatal(client, Rendering.detail(answer));
        }
        Matcher more = NEXT.matcher(answer.headers().getOrDefault("link", ""));
        write(client.out(), said.json() ? Rendering.json(answer.body()) : Rendering.people(said.phrase().view(), answer.body()));
        if (more.find()) {
            write(client.err(), "There is more: add --cursor " + more.group(1) + "\n");
        }
        return 0;
    }

    /** Until it is over or nobody listens. Each call is short, and holds nothing while the client takes its time to read. */
    private int follow(Said said, Api.Caller caller, Client client) throws IOException {
        int seen = 0;
        while (!client.gone().getAsBoolean()) {
            long before = System.nanoTime();
            var answer = call(said, caller, Map.of("--from", Integer.toString(seen), "--wait", Integer.toString(WAIT)));
            if (answer.status() >= 300) {
                return fatal(client, Rendering.detail(answer));
            }
            write(client.out(), Rendering.text(answer.body()));
            long lines = new String(answer.body(), StandardCharsets.UTF_8).lines().count();
            seen += Math.toIntExact(lines);
            String state = answer.headers().getOrDefault("x-build-state", "");
            if (!state.equals("running")) {
                return state.equals("succeeded") ? 0 : FAILED;
            }
            if (lines == 0 && System.nanoTime() - before < BETWEEN_CALLS.toNanos()) {
                pause(); // nobody writes and nobody says that it is over: not a thousand times a second
            }
        }
        return FAILED;
    }

    private Api.Answer call(Said said, Api.Caller caller, Map<String, String> chosen) throws IOException {
        var phrase = said.phrase();
        return api.call(caller, new Api.Call(phrase.method(), phrase.address(said.given(), chosen),
                phrase.body().isEmpty() ? null : Rendering.body(phrase.fields(said.given()))));
    }

    private static Said understand(List<String> words) {
        Phrase phrase = Vocabulary.find(words).orElseThrow(() -> new UsageException("'" + words.getFirst() + "' takes one of: "
                + Vocabulary.about(words.getFirst()).map(Phrase::usage).collect(Collectors.joining(", "))));
        if (phrase.view() instanceof Phrase.View.Elsewhere) {
            return new Said(phrase, Map.of(), Map.of(), false, false, null); // whatever follows: it is not done here
        }
        var given = new LinkedHashMap<String, String>();
        var chosen = new LinkedHashMap<String, String>();
        var flags = new HashMap<String, String>();
        Iterator<String> missing = phrase.arguments().iterator();
        Iterator<String> rest = words.subList(phrase.words().size(), words.size()).iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.equals("--json") || word.equals("--follow") && phrase.view() instanceof Phrase.View.Lines) {
                flags.put(word, "");
            } else if (word.equals("--as") || phrase.options().containsKey(word)) {
                if (!rest.hasNext()) {
                    throw new UsageException(word + " takes a value");
                }
                (word.equals("--as") ? flags : chosen).put(word, rest.next());
            } else if (word.startsWith("-") || !missing.hasNext()) {
                throw new UsageException("'" + word + "' does not belong here: " + phrase.usage());
            } else {
                given.put(missing.next(), word);
            }
        }
        if (flags.containsKey("--json") && phrase.view() instanceof Phrase.View.Lines) {
            throw new UsageException("what a build said is text: leave --json out");
        }
        if (missing.hasNext()) {
            throw new UsageException(missing.next() + " is missing: " + phrase.usage());
        }
        return new Said(phrase, given, chosen, flags.containsKey("--json"), flags.containsKey("--follow"), flags.get("--as"));
    }

    private static Api.Caller caller(@Nullable String as, List<Api.Caller> callers) {
        var meant = callers.stream().filter(caller -> as == null || caller.name().equals(as)).toList();
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        String names = callers.stream().map(Api.Caller::name).collect(Collectors.joining(", "));
        throw new UsageException(meant.isEmpty()
                ? "this key is " + names + "'s, and nobody's of the name that --as gives"
                : "this key is several people's (" + names + "): say which with --as NAME");
    }

    private static String help(String about) {
        var out = new StringBuilder("Each command takes --json, and --as NAME where a key is several people's.\n\n");
        int width = Vocabulary.PHRASES.stream().mapToInt(phrase -> phrase.usage().length()).max().orElse(0);
        Vocabulary.about(about).forEach(phrase -> out.append(phrase.usage())
                .repeat(' ', width - phrase.usage().length() + 2)
                .append(phrase.meaning().replace("`", "")).append('\n'));
        return out.append("\ngit push, fetch and clone are served beside these.\n").toString();
    }

    private static int fatal(Client client, String why) throws IOException {
        write(client.err(), "fatal: " + Text.oneLine(why) + "\n");
        return FAILED;
    }

    private static void write(OutputStream to, String text) throws IOException {
        to.write(text.getBytes(StandardCharsets.UTF_8));
        to.flush();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(BETWEEN_CALLS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
