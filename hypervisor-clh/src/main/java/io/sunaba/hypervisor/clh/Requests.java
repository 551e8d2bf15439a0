package io.sunaba.hypervisor.clh;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What else goes over the REST API, as its description writes it.
final class Requests {
    private Requests() {}

    /// What a VMM says of itself.
    record Ping(String version, long pid) {}

    /// @param config what the VM is now
    /// @param state `Created`, `Running`, `Paused` and others
    /// @param memoryActualSize the memory that the guest has, in bytes
    /// @param deviceTree devices by their names; null as long as there are none
    record Info(
            VmConfig config,
            String state,
            long memoryActualSize,
            @Nullable Map<String, Node> deviceTree) {
        /// Tells whether a device is plugged.
        boolean has(String name) {
            return deviceTree != null
                    && deviceTree.values().stream()
                            .map(Node::children)
                            .anyMatch(children -> children != null && children.contains(name));
        }
    }

    /// A device, or what stands between it and its bus.
    ///
    /// @param children the names of what is behind it
    /// @param pciBdf its place on the bus, such as `0000:00:08.0`, or null if it has none
    record Node(@Nullable List<String> children, @Nullable String pciBdf) {
        /// Returns the number of its slot; -1 if it has none.
        int slot() {
            String place = pciBdf;
            return place == null
                    ? -1
                    : Integer.parseInt(
                            place, place.lastIndexOf(':') + 1, place.lastIndexOf('.'), 16);
        }
    }

    record Resize(@Nullable Integer desiredVcpus, @Nullable Long desiredRam) {}

    record ResizeZone(String id, long desiredRam) {}

    record RemoveDevice(String id) {}

    record Snapshot(String destinationUrl) {}

    record Restore(String sourceUrl, boolean prefault) {}
}
