package io.sunaba.vmm.snapshot;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonObject;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a machine must have in common with a saved one to go on from its state.
///
/// @param values by the names that messages give them
public record Traits(Map<String, String> values) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final String NOBODY = "0".repeat(32);

    /// Describes a machine.
    ///
    /// @param vmm the program and its version
    /// @param acceleration how guest code runs
    /// @param processor what guests see of the host's processor
    /// @param layout what the plugin lays such a machine out from, see [#kind]
    public static Traits of(
            String vmm,
            String acceleration,
            String processor,
            HypervisorConfig config,
            String layout) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("hypervisor", vmm);
        values.put("acceleration", acceleration);
        values.put("processor", processor);
        values.put("vcpus", String.valueOf(config.vcpus()));
        values.put("maximum vcpus", String.valueOf(config.maximumVcpus()));
        values.put("memory", config.memoryBytes() + " bytes");
        values.put("maximum memory", config.maximumMemoryBytes() + " bytes");
        values.put("guest image", config.guest().buildHash());
        values.put("kernel arguments", config.guest().kernelArguments());
        // It changes when the plugin comes to lay machines out differently.
        values.put("layout", Checksum.of(layout));
        return new Traits(values);
    }

    /// Returns a machine without what tells one of a kind from another.
    public static MachineSpec kind(HypervisorConfig config) {
        Path none = Path.of("/");
        return new MachineSpec(
                NOBODY,
                new HypervisorConfig(
                        config.hypervisor(),
                        "",
                        new GuestImage(none, none, none, config.guest().kernelArguments(), ""),
                        config.vcpus(),
                        config.maximumVcpus(),
                        config.memoryBytes(),
                        config.maximumMemoryBytes(),
                        config.sharedMemory(),
                        config.bootTimeout()));
    }

    /// Guests on KVM see the host's processor.
    public static String processor() {
        try {
            String first = Files.readString(PROCESSORS).split("\n\n", 2)[0];
            StringBuilder kind = new StringBuilder();
            first.lines()
                    .filter(line -> line.startsWith("model name") || line.startsWith("flags"))
                    .forEach(kind::append);
            return Checksum.of(kind.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + PROCESSORS, e);
        }
    }

    /// Expects that a machine to be made is like the one that was saved.
    ///
    /// @throws RejectedException if it is not; the message names the first difference
    public void requireSame(Traits saved, Path directory) {
        values.forEach((name, value) -> {
            String other = saved.values.get(name);
            if (!value.equals(other)) {
                throw new RejectedException(
                        "snapshot %s is of a machine with %s %s, not %s"
                                .formatted(directory, name, other, value));
            }
        });
    }

    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        values.forEach(json::addProperty);
        return json;
    }

    public static Traits ofJson(JsonObject json) {
        Map<String, String> values = new LinkedHashMap<>();
        json.entrySet()
                .forEach(entry ->
                        values.put(entry.getKey(), requireNonNull(entry.getValue()).getAsString()));
        return new Traits(values);
    }
}
