package io.sunaba.hypervisor.clh.server;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The states of a VM, as Cloud Hypervisor goes through them.
final class StrictVm {
    static final String UP = "strict guest is up";

    private static final String FAILED = "Error from API";

    /// Where the memory makes way for devices; the real one has the addresses from 3 to 4 GiB for
    /// them.
    private static final long DEVICES = 32 << 20;

    private static final long ABOVE_DEVICES = 4L << 30;

    private final Monitor monitor;
    private final Map<String, FileChannel> disks = new TreeMap<>();

    /// What the guest has not let go of, by its name.
    private final Map<String, Integer> slots = new TreeMap<>();

    private @Nullable JsonObject config;
    private @Nullable Guest guest;
    private String state = "none";
    private long memory;

    StrictVm(Monitor monitor) {
        this.monitor = monitor;
    }

    private JsonObject created() throws Refusal {
        JsonObject made = config;
        if (made == null) {
            throw new Refusal(404, FAILED, "The VM is not created");
        }
        return made;
    }

    private void expect(String... states) throws Refusal {
        created();
        for (String each : states) {
            if (state.equals(each)) {
                return;
            }
        }
        throw new Refusal(500, FAILED, "Invalid transition: InvalidStateTransition(" + state + ")");
    }

    String info() throws Refusal {
        JsonObject info = new JsonObject();
        info.add("config", created());
        info.addProperty("state", state);
        info.addProperty("memory_actual_size", memory);
        JsonObject tree = new JsonObject();
        slots.forEach((id, slot) -> {
            JsonArray children = new JsonArray();
            children.add(id);
            JsonObject node = new JsonObject();
            node.addProperty("pci_bdf", "0000:00:%02x.0".formatted(slot));
            node.add("children", children);
            tree.add("_virtio-pci-" + id, node);
            tree.add(id, new JsonObject());
        });
        info.add("device_tree", tree);
        return info.toString();
    }

    void create(JsonObject wanted) throws Refusal, IOException {
        if (config != null) {
            throw new Refusal(500, FAILED, "The VM is already created");
        }
        JsonObject size = wanted.getAsJsonObject("memory");
        if (size.has("zones") || size.get("size").getAsLong() == 0) {
            throw new Refusal(400, FAILED, "The memory of a VM that boots has no zones");
        }
        memory = size.get("size").getAsLong();
        take(wanted);
        state = "Created";
    }

    private void take(JsonObject wanted) throws IOException {
        config = wanted;
        guest = new Guest(Path.of(wanted.getAsJsonObject("serial").get("socket").getAsString()));
        Files.createFile(Path.of(wanted.getAsJsonObject("vsock").get("socket").getAsString()));
    }

    void boot() throws Refusal, IOException {
        expect("Created");
        JsonObject payload = created().getAsJsonObject("payload");
        for (String part : new String[] {"kernel", "initramfs"}) {
            if (!Files.isReadable(Path.of(payload.get(part).getAsString()))) {
                throw new Refusal(500, FAILED, "Cannot boot VM", "Cannot open " + part);
            }
        }
        for (JsonElement disk : created().getAsJsonArray("disks")) {
            lock(disk.getAsJsonObject());
        }
        monitor.tell("vm", "booting");
        state = "Running";
        monitor.tell("vm", "booted");
        requireNonNull(guest).print(UP);
    }

    /// Has the guest do what its kernel arguments say, once it was booted.
    ///
    /// @return whether the VMM ends with it
    boolean act() {
        Guest running = requireNonNull(guest);
        String cmdline =
                requireNonNull(config).getAsJsonObject("payload").get("cmdline").getAsString();
        if (cmdline.contains("test.panic")) {
            running.print("[    1.2] Kernel panic - not syncing: on demand");
            if (cmdline.contains("test.panic.told")) {
                monitor.tell("guest", "panic", "event", "panic");
            }
            monitor.tell("vm", "rebooting");
        } else if (cmdline.contains("test.reset")) {
            monitor.tell("vm", "rebooting");
        } else if (cmdline.contains("test.poweroff") || cmdline.contains("test.vcpu")) {
            System.err.println(
                    "cloud-hypervisor: 1.200000s: <vcpu0> ERROR:"
                            + (cmdline.contains("test.vcpu")
                                    ? "vmm/src/cpu.rs:1460 -- VCPU generated error: VcpuRun(Unhandled)"
                                    : "vmm/src/device_manager.rs:5100 -- Failed ejecting device 9: MissingDevice"));
            monitor.tell("vm", "shutdown");
            monitor.tell("vm", "deleted");
            monitor.tell("vmm", "shutdown");
            return true;
        }
        return false;
    }

    private boolean stubborn() throws Refusal {
        return created()
                .getAsJsonObject("payload")
                .get("cmdline")
                .getAsString()
                .contains("test.stubborn");
    }

    void pause() throws Refusal {
        expect("Running");
        state = "Paused";
        monitor.tell("vm", "paused");
    }

    void resume() throws Refusal {
        expect("Paused");
        state = "Running";
        monitor.tell("vm", "resumed");
    }

    String add(String list, JsonObject device) throws Refusal, IOException {
        expect("Running", "Paused");
        String id = device.get("id").getAsString();
        int slot = device.get("pci_device_id").getAsInt();
        if (slots.containsKey(id)) {
            throw new Refusal(409, FAILED, "Identifier %s is not unique".formatted(id));
        }
        if (slots.containsValue(slot)) {
            throw new Refusal(500, FAILED, "Valid PCI device identifier already used");
        }
        if (list.equals("disks")) {
            lock(device);
        }
        array(list).add(device);
        slots.put(id, slot);
        return "{\"id\":\"%s\",\"bdf\":\"0000:00:%02x.0\"}".formatted(id, slot);
    }

    private JsonArray array(String kind) throws Refusal {
        JsonObject made = created();
        if (!made.has(kind)) {
            made.add(kind, new JsonArray());
        }
        return made.getAsJsonArray(kind);
    }

    private void lock(JsonObject disk) throws Refusal, IOException {
        boolean shared = disk.get("readonly").getAsBoolean();
        FileChannel file =
                FileChannel.open(
                        Path.of(disk.get("path").getAsString()),
                        shared
                                ? new StandardOpenOption[] {StandardOpenOption.READ}
                                : new StandardOpenOption[] {
                                    StandardOpenOption.READ, StandardOpenOption.WRITE
                                });
        if (file.tryLock(0, Long.MAX_VALUE, shared) == null) {
            file.close();
            throw new Refusal(
                    500, FAILED, "The disk could not be added", "Error acquiring advisory lock");
        }
        disks.put(disk.get("id").getAsString(), file);
    }

    void remove(String id) throws Refusal, IOException {
        expect("Running", "Paused");
        if (!slots.containsKey(id)) {
            throw new Refusal(404, FAILED, "No device with id " + id);
        }
        for (String kind : new String[] {"disks", "net", "fs"}) {
            JsonArray devices = array(kind);
            for (int i = devices.size() - 1; i >= 0; i--) {
                if (devices.get(i).getAsJsonObject().get("id").getAsString().equals(id)) {
                    devices.remove(i);
                }
            }
        }
        if (!stubborn()) {
            slots.remove(id);
            FileChannel file = disks.remove(id);
            if (file != null) {
                file.close();
            }
            monitor.tell("vm", "device-removed", "id", id, "bdf", "0000:00:08.0");
        }
    }

    void resize(JsonObject wanted) throws Refusal {
        expect("Running", "Paused");
        if (wanted.has("desired_vcpus")) {
            JsonObject cpus = created().getAsJsonObject("cpus");
            int vcpus = wanted.get("desired_vcpus").getAsInt();
            if (vcpus < cpus.get("boot_vcpus").getAsInt()) {
                throw new Refusal(429, "Too Many Requests");
            }
            if (vcpus > cpus.get("max_vcpus").getAsInt()) {
                throw new Refusal(500, FAILED, "Desired number of vCPUs exceeds the maximum");
            }
            cpus.addProperty("boot_vcpus", vcpus);
        }
        if (wanted.has("desired_ram")) {
            JsonObject size = created().getAsJsonObject("memory");
            if (size.has("zones")) {
                throw new Refusal(
                        500, FAILED, "Not allowed to resize memory of user defined zones");
            }
            grow(size, wanted.get("desired_ram").getAsLong());
        }
    }

    void resizeZone(JsonObject wanted) throws Refusal {
        expect("Running", "Paused");
        JsonObject size = created().getAsJsonObject("memory");
        if (!size.has("zones")) {
            throw new Refusal(500, FAILED, "Error resizing memory zone");
        }
        JsonObject zone = size.getAsJsonArray("zones").get(0).getAsJsonObject();
        if (!zone.get("id").equals(wanted.get("id"))) {
            throw new Refusal(500, FAILED, "Unknown memory zone");
        }
        grow(zone, wanted.get("desired_ram").getAsLong());
    }

    private void grow(JsonObject size, long desired) throws Refusal {
        long base = size.get("size").getAsLong();
        long room = size.has("hotplug_size") ? size.get("hotplug_size").getAsLong() : 0;
        if (desired < base || desired > base + room || (desired - base) % (2 << 20) != 0) {
            throw new Refusal(500, FAILED, "Error resizing: " + desired);
        }
        if (!stubborn()) {
            memory = desired;
        }
    }

    void snapshot(String url) throws Refusal, IOException {
        expect("Paused");
        Path directory = path(url);
        Files.writeString(directory.resolve("config.json"), created().toString());
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("memory-ranges").toFile(), "rw")) {
            file.setLength(memory);
            file.writeUTF("the guest's memory");
            file.seek(memory / 2);
            file.writeUTF("and more of it");
        }
        JsonObject part = new JsonObject();
        part.addProperty("state", memoryState().toString());
        JsonObject manager = new JsonObject();
        manager.add("snapshots", new JsonObject());
        manager.add("snapshot_data", part);
        JsonObject parts = new JsonObject();
        parts.add("memory-manager", manager);
        JsonObject all = new JsonObject();
        all.add("snapshots", parts);
        Files.writeString(directory.resolve("state.json"), all.toString());
    }

    /// Returns the memory as two parts, each of which was a file.
    private JsonObject memoryState() {
        JsonArray parts = new JsonArray();
        JsonArray mappings = new JsonArray();
        for (long start : new long[] {0, DEVICES}) {
            JsonObject range = new JsonObject();
            range.addProperty("gpa", start == 0 ? 0 : ABOVE_DEVICES);
            range.addProperty("length", start == 0 ? DEVICES : memory - DEVICES);
            parts.add(range);
            JsonObject mapping = new JsonObject();
            mapping.add("gpa", range.get("gpa"));
            mapping.add("size", range.get("length"));
            mapping.addProperty("virtio_mem", false);
            mapping.addProperty("file_offset", 0);
            mappings.add(mapping);
        }
        JsonObject ranges = new JsonObject();
        ranges.add("data", parts);
        JsonObject state = new JsonObject();
        state.add("memory_ranges", ranges);
        state.add("guest_ram_mappings", mappings);
        return state;
    }

    void restore(String url) throws Refusal, IOException {
        if (config != null) {
            throw new Refusal(404, FAILED, "The VM is already created");
        }
        Path directory = path(url);
        JsonObject wanted = config(url);
        JsonObject zone =
                wanted.getAsJsonObject("memory").getAsJsonArray("zones").get(0).getAsJsonObject();
        memory = zone.get("size").getAsLong();
        if (zone.get("shared").getAsBoolean()
                || !wanted.getAsJsonObject("memory").get("size").getAsString().equals("0")
                || Files.size(Path.of(zone.get("file").getAsString())) != memory) {
            throw new Refusal(500, FAILED, "The memory is not private, or not all there");
        }
        String saved =
                read(directory.resolve("state.json"))
                        .getAsJsonObject("snapshots")
                        .getAsJsonObject("memory-manager")
                        .getAsJsonObject("snapshot_data")
                        .get("state")
                        .getAsString();
        JsonObject ranges = JsonParser.parseString(saved).getAsJsonObject();
        if (!ranges.getAsJsonObject("memory_ranges").getAsJsonArray("data").isEmpty()) {
            throw new Refusal(500, FAILED, "The memory would be copied");
        }
        long mapped = 0;
        for (JsonElement each : ranges.getAsJsonArray("guest_ram_mappings")) {
            JsonObject mapping = each.getAsJsonObject();
            if (mapping.get("file_offset").getAsLong() != mapped) {
                throw new Refusal(500, FAILED, "A part of the memory would be another");
            }
            mapped += mapping.get("size").getAsLong();
        }
        take(wanted);
        for (JsonElement disk : wanted.getAsJsonArray("disks")) {
            lock(disk.getAsJsonObject());
        }
        state = "Paused";
    }

    /// Returns the config that a VM is restored from.
    static JsonObject config(String url) throws Refusal, IOException {
        return read(path(url).resolve("config.json"));
    }

    private static JsonObject read(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static Path path(String url) throws Refusal {
        if (!url.startsWith("file:///")) {
            throw new Refusal(500, FAILED, "Invalid URL " + url);
        }
        return Path.of(url.substring("file://".length()));
    }
}
