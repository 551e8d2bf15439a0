package io.sunaba.core.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/// The form of stored records: JSON with a number that says which form. Unknown members are
/// ignored, and names unknown here of what was begun mean nothing, so a later version may add some;
/// whatever else changes takes a new number and a step in [RecordMigration].
final class RecordFormat {
    static final int FORMAT = RecordMigration.PRESENT.newest();

    private static final String FORMAT_MEMBER = "format";

    private RecordFormat() {}

    /// Loaded with the first record: it takes a while.
    private static final class Json {
        static final Gson GSON =
                new GsonBuilder()
                        .disableHtmlEscaping()
                        .registerTypeAdapterFactory(new SealedTypes())
                        .registerTypeHierarchyAdapter(Path.class, text(Path::toString, Path::of))
                        .registerTypeAdapter(Instant.class, text(Instant::toString, Instant::parse))
                        .registerTypeAdapter(
                                Duration.class, text(Duration::toString, Duration::parse))
                        .create();
    }

    static byte[] write(Object record) {
        return Json.GSON.toJson(record).getBytes(UTF_8);
    }

    /// Reads a record.
    ///
    /// @param what what it is called in messages
    /// @throws UnavailableException if it is damaged, or in a form of a later version
    static <T> T read(String what, byte[] data, Class<T> type) {
        return read(what, data, type, RecordMigration.PRESENT);
    }

    static <T> T read(String what, byte[] data, Class<T> type, RecordMigration migration) {
        refuseLater(what, data);
        try {
            JsonObject json = parse(data);
            int format = json.get(FORMAT_MEMBER).getAsInt();
            if (format < migration.oldest()) {
                throw new JsonParseException(
                        "its format is %d, and the oldest is %d"
                                .formatted(format, migration.oldest()));
            }
            JsonObject present =
                    LaterLists.complete(type, migration.bringUpToDate(type, format, json));
            return requireNonNull(Json.GSON.fromJson(present, type));
        } catch (RuntimeException e) {
            // Gson passes on what a record's own constructor throws.
            throw new UnavailableException(what + " is damaged: " + e.getMessage(), e);
        }
    }

    /// Refuses a record in a form of a later version, and nothing else.
    static void refuseLater(String what, byte[] data) {
        int format;
        try {
            format = parse(data).get(FORMAT_MEMBER).getAsInt();
        } catch (RuntimeException _) {
            return; // Whatever it is, it does not say that it is later.
        }
        if (format > FORMAT) {
            throw new UnavailableException(
                    "%s has format %d, written by a later version; this one reads format %d"
                            .formatted(what, format, FORMAT));
        }
    }

    private static JsonObject parse(byte[] data) {
        JsonObject json = Json.GSON.fromJson(new String(data, UTF_8), JsonObject.class);
        if (json == null) {
            throw new JsonParseException("it is empty");
        }
        return json;
    }

    private static <T> TypeAdapter<T> text(Function<T, String> print, Function<String, T> parse) {
        return new TypeAdapter<T>() {
            @Override
            public void write(JsonWriter out, T value) throws IOException {
                out.value(print.apply(value));
            }

            @Override
            public T read(JsonReader in) throws IOException {
                String text = in.nextString();
                try {
                    return parse.apply(text);
                } catch (RuntimeException e) {
                    throw new JsonParseException("'" + text + "' at " + in.getPath(), e);
                }
            }
        }.nullSafe();
    }
}
