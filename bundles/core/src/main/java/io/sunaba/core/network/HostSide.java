package io.sunaba.core.network;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.InterfaceSpec;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an interface has on the host, with all that is needed to take it away again. Stored before
/// any of it is made.
public sealed interface HostSide {
    /// A network in the VMM's process: there is nothing else on the host.
    ///
    /// @param subnet in CIDR notation
    record UserMode(String subnet, List<InterfaceSpec.PortForward> forwards) implements HostSide {
        public UserMode {
            requireNonNull(subnet, "subnet is null");
            forwards = List.copyOf(forwards);
        }
    }

    /// A tap device.
    ///
    /// @param bridge the bridge to put it on, or null to leave that as it is
    /// @param raise whether to set it up, because it is not
    /// @param mark the name under which it is made, and its alias afterwards, so that it is known
    ///   again whatever happens in between; null if it was there
    record Tap(String name, @Nullable String bridge, boolean raise, @Nullable String mark)
            implements HostSide {
        public Tap {
            requireNonNull(name, "name is null");
        }
    }

    /// A tap device in a network namespace, which has the packets of a device that is there.
    ///
    /// @param file the namespace's file
    /// @param device the device that is taken over
    /// @param tap the tap device, which is made
    record Namespace(Path file, String device, String tap) implements HostSide {
        public Namespace {
            requireNonNull(file, "file is null");
            requireNonNull(device, "device is null");
            requireNonNull(tap, "tap is null");
        }
    }
}
