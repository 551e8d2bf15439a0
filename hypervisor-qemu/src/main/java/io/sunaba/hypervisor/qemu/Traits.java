package io.sunaba.hypervisor.qemu;

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
record Traits(Map<String, String> values) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final String NOBODY = "0".repeat(32);

    static Traits of(MachineSpec spec, String version, Acceleration acceleration) {
        HypervisorConfig config = spec.config();
        Map<String, String> values = new LinkedHashMap<>();
        values.put("hypervisor", "QEMU " + version);
        values.put("acceleration", acceleration.option());
        values.put("processor", acceleration == Acceleration.KVM ? processor() : "any");
        values.put("vcpus", String.valueOf(config.vcpus()));
        values.put("maximum vcpus", String.valueOf(config.maximumVcpus()));
        values.put("memory", config.memoryBytes() + " bytes");
        values.put("maximum memory", config.maximumMemoryBytes() + " bytes");
        values.put("guest image", config.guest().buildHash());
        values.put("kernel arguments", config.guest().kernelArguments());
        values.put("layout", layout(config, acceleration));
        return new Traits(values);
    }

    /// Returns a hash of the command line without what tells one machine of a kind from another: it
    /// changes when this plugin comes to lay machines out differently.
    private static String layout(HypervisorConfig config, Acceleration acceleration) {
        Path none = Path.of("/");
        HypervisorConfig kind =
                new HypervisorConfig(
                        config.hypervisor(),
                        "",
                        new GuestImage(none, none, none, config.guest().kernelArguments(), ""),
                        config.vcpus(),
                        config.maximumVcpus(),
                        config.memoryBytes(),
                        config.maximumMemoryBytes(),
                        config.bootTimeout());
        String line =
                String.join(
                        "\n",
                        CommandLine.of(
                                new MachineSpec(NOBODY, kind),
                                new MachineFiles(none.resolve(NOBODY)),
                                acceleration,
                                null));
        return Checksum.of(line);
    }

    /// Guests on KVM see the host's processor.
    private static String processor() {
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
    void requireSame(Traits saved, Path directory) {
        values.forEach((name, value) -> {
            String other = saved.values.get(name);
            if (!value.equals(other)) {
                throw new RejectedException(
                        "snapshot %s is of a machine with %s %s, not %s"
                                .formatted(directory, name, other, value));
            }
        });
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        values.forEach(json::addProperty);
        return json;
    }

    static Traits ofJson(JsonObject json) {
        Map<String, String> values = new LinkedHashMap<>();
        json.entrySet()
                .forEach(entry ->
                        values.put(entry.getKey(), requireNonNull(entry.getValue()).getAsString()));
        return new Traits(values);
    }
}
