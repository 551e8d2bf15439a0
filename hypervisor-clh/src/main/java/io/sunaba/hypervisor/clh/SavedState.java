package io.sunaba.hypervisor.clh;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.snapshot.SavedMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What Cloud Hypervisor saves of a machine besides its memory: its config, and the state of its
/// parts. Both lie in one file of ours.
///
/// Cloud Hypervisor would copy the memory. So it is told that none was saved, and to map it
/// privately from the file that it is in.
///
/// @param config as in `config.json`
/// @param state as in `state.json`
record SavedState(JsonObject config, JsonObject state) {
    private static final String MEMORY = "memory";
    private static final String HOTPLUG_SIZE = "hotplug_size";

    /// Takes up what Cloud Hypervisor wrote.
    ///
    /// @throws IOException if it is not as it was expected
    static SavedState ofSnapshot(Path directory) throws IOException {
        try {
            JsonObject state = parse(directory.resolve("state.json"));
            JsonObject part =
                    state.getAsJsonObject("snapshots")
                            .getAsJsonObject("memory-manager")
                            .getAsJsonObject("snapshot_data");
            JsonObject memory =
                    JsonParser.parseString(part.get("state").getAsString()).getAsJsonObject();
            JsonObject ranges = memory.getAsJsonObject("memory_ranges");
            if (!ranges.has("data")) {
                throw new IOException("its memory is not told as expected");
            }
            place(memory.getAsJsonArray("guest_ram_mappings"), ranges.getAsJsonArray("data"));
            ranges.add("data", new JsonArray());
            part.addProperty("state", memory.toString());
            return new SavedState(parse(directory.resolve("config.json")), state);
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException e) {
            throw new IOException("its state is not told as expected", e);
        }
    }

    /// Tells where in the one file each part of the memory is. It lies in several as soon as it
    /// reaches the addresses of devices, each of which Cloud Hypervisor had in a file of its own.
    private static void place(JsonArray mappings, JsonArray ranges) throws IOException {
        Map<Long, Long> offsets = new HashMap<>();
        long end = 0;
        for (JsonElement range : ranges) {
            offsets.put(range.getAsJsonObject().get("gpa").getAsLong(), end);
            end += range.getAsJsonObject().get("length").getAsLong();
        }
        for (JsonElement each : mappings) {
            JsonObject mapping = each.getAsJsonObject();
            if (!mapping.get("virtio_mem").getAsBoolean()) {
                Long offset = offsets.get(mapping.get("gpa").getAsLong());
                if (offset == null) {
                    throw new IOException("a part of its memory is not saved");
                }
                mapping.addProperty("file_offset", offset);
            }
        }
    }

    private static JsonObject parse(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    /// Reads what [#write] wrote, whose checksum was right.
    static SavedState read(SavedMachine saved) throws IOException {
        JsonObject json = parse(saved.state());
        JsonObject config = json.getAsJsonObject("config");
        JsonObject old = config.getAsJsonObject(MEMORY);
        JsonObject zone = new JsonObject();
        zone.addProperty("id", CommandLine.ZONE);
        zone.add("size", old.get("size"));
        zone.addProperty("file", saved.memory().toString());
        zone.addProperty("shared", false);
        JsonElement room = old.remove(HOTPLUG_SIZE);
        if (room != null && !room.isJsonNull()) {
            zone.add(HOTPLUG_SIZE, room);
        }
        JsonArray zones = new JsonArray();
        zones.add(zone);
        old.addProperty("size", 0);
        old.addProperty("shared", false);
        old.add("zones", zones);
        return new SavedState(config, json.getAsJsonObject("state"));
    }

    void write(Path file) throws IOException {
        JsonObject json = new JsonObject();
        json.add("config", config);
        json.add("state", state);
        PrivateDirectory.write(file, json.toString());
    }

    /// Writes it for a machine that goes on from it.
    void writeFor(MachineSpec spec, ClhFiles files) throws IOException {
        GuestImage guest = spec.config().guest();
        config.getAsJsonObject("serial").addProperty("socket", files.consoleSocket().toString());
        config.getAsJsonObject("vsock").addProperty("socket", files.vsock().toString());
        config.getAsJsonArray("disks")
                .get(0)
                .getAsJsonObject()
                .addProperty("path", guest.rootDisk().toString());
        JsonObject payload = config.getAsJsonObject("payload");
        payload.addProperty("kernel", guest.kernel().toString());
        payload.addProperty("initramfs", guest.initrd().toString());
        PrivateDirectory.create(files.restore());
        PrivateDirectory.write(files.restore().resolve("config.json"), config.toString());
        PrivateDirectory.write(files.restore().resolve("state.json"), state.toString());
    }
}
