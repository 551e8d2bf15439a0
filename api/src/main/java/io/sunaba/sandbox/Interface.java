package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.InterfaceSpec;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A network interface of a sandbox.
///
/// @param name its name in the guest, such as `eth0`
/// @param macAddress six pairs of hexadecimal digits separated by colons, or null to have one
///   chosen
/// @param addresses its addresses in CIDR notation, IPv4 or IPv6
/// @param mtu the maximum transmission unit in bytes, or null for what the network behind it has
/// @param network what it is connected to, or null if the guest has it of itself, such as `lo`
public record Interface(
        String name,
        @Nullable String macAddress,
        List<String> addresses,
        @Nullable Integer mtu,
        @Nullable Network network) {
    /// What an interface is connected to.
    public sealed interface Network {}

    /// A network in user mode, which needs no privilege: outbound address translation, forwarded
    /// ports.
    ///
    /// @param forwards ports of the host that lead into the guest
    public record UserMode(List<InterfaceSpec.PortForward> forwards) implements Network {
        public UserMode {
            forwards = List.copyOf(forwards);
        }
    }

    /// A tap device of the host.
    ///
    /// @param name its name; it is created if there is none, and removed with the interface then
    /// @param bridge the bridge to put it on, or null
    public record Tap(String name, @Nullable String bridge) implements Network {
        public Tap {
            requireNonNull(name, "name is null");
        }
    }

    /// A network namespace as CNI leaves it: addresses and routes are taken over from its veth.
    ///
    /// @param file the namespace's file, such as `/run/netns/blue`
    /// @param device the interface in it to take over
    public record Namespace(Path file, String device) implements Network {
        public Namespace {
            requireNonNull(file, "file is null");
            requireNonNull(device, "device is null");
        }
    }

    public Interface {
        requireNonNull(name, "name is null");
        addresses = List.copyOf(addresses);
    }
}
