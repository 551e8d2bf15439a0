package io.sunaba.hypervisor.clh.server;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The event monitor.
final class Monitor {
    private static final Gson PRETTY =
            new GsonBuilder().setPrettyPrinting().serializeNulls().create();

    private final OutputStream output;

    Monitor(String file) throws IOException {
        output = new FileOutputStream(file);
    }

    /// Tells an event.
    ///
    /// @param properties names and values
    synchronized void tell(String source, String event, String... properties) {
        JsonObject json = new JsonObject();
        JsonObject timestamp = new JsonObject();
        timestamp.addProperty("secs", 1);
        timestamp.addProperty("nanos", 2);
        json.add("timestamp", timestamp);
        json.addProperty("source", source);
        json.addProperty("event", event);
        json.add("properties", JsonNull.INSTANCE);
        if (properties.length > 0) {
            JsonObject more = new JsonObject();
            for (int i = 0; i < properties.length; i += 2) {
                more.addProperty(properties[i], properties[i + 1]);
            }
            json.add("properties", more);
        }
        try {
            output.write((PRETTY.toJson(json) + "\n\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
