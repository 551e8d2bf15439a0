package io.sunaba.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.sunaba.error.RejectedException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Records as one JSON text: `{"format": 1, "records": {"sandbox/ID": {...}, ...}}`.
final class RecordArchive {
    private static final int FORMAT = 1;
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().serializeNulls().create();
    private static final String PREFIX = "sandbox/";

    private RecordArchive() {}

    static String write(Map<String, byte[]> records) {
        JsonObject all = new JsonObject();
        records.forEach((key, value) ->
                all.add(key, GSON.fromJson(new String(value, UTF_8), JsonElement.class)));
        JsonObject archive = new JsonObject();
        archive.addProperty("format", FORMAT);
        archive.add("records", all);
        return GSON.toJson(archive) + "\n";
    }

    /// Returns the records of sandboxes.
    ///
    /// @throws RejectedException if the text is something else
    static Map<String, byte[]> read(String text) {
        try {
            JsonObject archive = GSON.fromJson(text, JsonObject.class);
            int format = archive.get("format").getAsInt();
            if (format != FORMAT) {
                throw new RejectedException("its format is %d, not %d".formatted(format, FORMAT));
            }
            Map<String, byte[]> records = new LinkedHashMap<>();
            archive.getAsJsonObject("records")
                    .asMap()
                    .forEach((key, value) -> {
                        if (key.startsWith(PREFIX)) {
                            records.put(key, GSON.toJson(value).getBytes(UTF_8));
                        }
                    });
            return records;
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw new RejectedException("not a file that storage:export wrote", e);
        }
    }
}
