package io.sunaba.vmm.snapshot;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sunaba.error.RejectedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a snapshot is and what is in its files. Its text begins with its own checksum.
///
/// @param plugin the hypervisor that made it
/// @param traits what a machine must be to go on from it
/// @param stateBytes the size of the device state
/// @param stateChecksum the checksum of the device state
/// @param memoryBytes the size of the memory
/// @param memoryChecksum the checksum of the memory
/// @param memoryModified when the memory's file was modified last, in nanoseconds of the epoch
public record Manifest(
        String plugin,
        Traits traits,
        long stateBytes,
        String stateChecksum,
        long memoryBytes,
        long memoryChecksum,
        String memoryModified) {
    private static final int FORMAT = 1;

    public String toText() {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("plugin", plugin);
        json.add("machine", traits.toJson());
        json.addProperty("stateBytes", stateBytes);
        json.addProperty("stateChecksum", stateChecksum);
        json.addProperty("memoryBytes", memoryBytes);
        json.addProperty("memoryChecksum", memoryChecksum);
        json.addProperty("memoryModified", memoryModified);
        return Checksum.of(json.toString()) + "\n" + json + "\n";
    }

    /// Reads a manifest.
    ///
    /// @throws RejectedException if it is damaged, or that of another plugin or a later version
    public static Manifest of(String text, Path directory, String plugin) {
        String[] lines = text.split("\n", -1);
        if (lines.length != 3 || !lines[2].isEmpty() || !lines[0].equals(Checksum.of(lines[1]))) {
            throw new RejectedException(
                    "snapshot %s is damaged: its manifest is not as it was written"
                            .formatted(directory));
        }
        try {
            return ofJson(JsonParser.parseString(lines[1]).getAsJsonObject(), directory, plugin);
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | NullPointerException
                | UnsupportedOperationException e) {
            throw foreign(directory, plugin, e);
        }
    }

    private static Manifest ofJson(JsonObject json, Path directory, String plugin) {
        int format = json.get("format").getAsInt();
        if (format != FORMAT || !json.get("plugin").getAsString().equals(plugin)) {
            throw foreign(directory, plugin, null);
        }
        return new Manifest(
                plugin,
                Traits.ofJson(json.getAsJsonObject("machine")),
                json.get("stateBytes").getAsLong(),
                json.get("stateChecksum").getAsString(),
                json.get("memoryBytes").getAsLong(),
                json.get("memoryChecksum").getAsLong(),
                json.get("memoryModified").getAsString());
    }

    private static RejectedException foreign(
            Path directory, String plugin, @Nullable Throwable cause) {
        return new RejectedException(
                "snapshot %s is none that this version of hypervisor %s made"
                        .formatted(directory, plugin),
                cause);
    }
}
