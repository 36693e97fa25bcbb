package co.caution.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code trust/} in a person's configuration: a JSON file for each place, named by the SHA-256 of the place's key. A file
 * that is damaged stops whoever wants it; it is never taken for none.
 */
public final class TrustedPlaces {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path directory;

    /** @param configuration the person's, such as {@code ~/.config/caution} */
    public TrustedPlaces(Path configuration) {
        this.directory = configuration.resolve("trust");
    }

    /** What is kept for a place: empty where nothing is. */
    public TrustedPlace of(Place place) {
        return read(place);
    }

    /** @return what is kept from now on */
    public TrustedPlace change(Place place, UnaryOperator<TrustedPlace> change) {
        var file = new PrivateFile(file(place));
        return file.alone(() -> {
            TrustedPlace next = change.apply(read(place));
            file.write(JSON.writeValueAsBytes(next));
            return next;
        });
    }

    /**
     * Also when the file is damaged: that is how one gets out of it.
     *
     * @return whether anything was kept
     */
    public boolean forget(Place place) {
        var file = new PrivateFile(file(place));
        return Files.isDirectory(directory) && file.alone(file::delete);
    }

    /** All of them, by their address. */
    public List<TrustedPlace> all() {
        var places = new ArrayList<TrustedPlace>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
                for (Path file : files) {
                    new PrivateFile(file).read().ifPresent(content -> places.add(parse(file, content)));
                }
            } catch (IOException e) {
                throw new TrustException("The directory " + directory + " cannot be read: " + e.getMessage());
            }
        }
        places.sort(Comparator.comparing(TrustedPlace::url));
        return places;
    }

    /** Where lock files lie that this person named, each by its digest. */
    public Path locks() {
        return directory.resolve("locks");
    }

    private TrustedPlace read(Place place) {
        Path file = file(place);
        TrustedPlace kept = new PrivateFile(file).read().map(content -> parse(file, content)).orElseGet(() -> TrustedPlace.empty(place));
        if (!kept.url().equals(place.key())) {
            throw new TrustException("The file " + file + " is about " + kept.url() + ", not about " + place + ": somebody renamed it."
                    + " Give it back its name, or forget it: caution trust forget " + place);
        }
        return kept;
    }

    private static TrustedPlace parse(Path file, byte[] content) {
        try {
            TrustedPlace place = JSON.readValue(content, TrustedPlace.class);
            if (place == null) {
                throw new IllegalArgumentException("it says nothing");
            }
            return place;
        } catch (JacksonException | IllegalArgumentException e) {
            String why = e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
            throw new TrustException("The file " + file + ", which says what you trust, is damaged: " + why
                    + ". Nothing was changed. Repair it, or remove it, which forgets the root, the policy and the history in it.");
        }
    }

    private Path file(Place place) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(place.key().getBytes(StandardCharsets.UTF_8));
            return directory.resolve(HexFormat.of().formatHex(digest) + ".json");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
