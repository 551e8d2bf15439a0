package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A network interface to plug.
///
/// @param id unique among the machine's devices: 1 to 32 characters of `a-z 0-9 -`, a letter first
/// @param macAddress six pairs of hexadecimal digits separated by colons
/// @param mtu the maximum transmission unit in bytes that the guest is told, 68 to 65535
/// @param backend where its packets go
public record InterfaceSpec(String id, String macAddress, int mtu, Backend backend) {
    /// Where the packets of an interface go.
    public sealed interface Backend {}

    /// A network in the VMM's own process: outbound address translation and forwarded ports.
    ///
    /// The host is at the second address of the subnet, which is the gateway too, and a name server
    /// at the third. The guest is to take the fifteenth: that is where forwarded ports lead. The
    /// same holds of IPv6 in `fec0::/64`, where the guest may take any other address.
    ///
    /// @param subnet the guest's network in CIDR notation: IPv4, with a prefix of 8 to 27 bits
    /// @param forwards ports of the host that lead into the guest
    public record UserMode(String subnet, List<PortForward> forwards) implements Backend {
        public UserMode {
            requireNonNull(subnet, "subnet is null");
            forwards = List.copyOf(forwards);
        }
    }

    /// An existing tap device.
    ///
    /// @param name the device's name
    /// @param networkNamespace the file of the network namespace it is in, or null for the
    ///   platform's own
    public record Tap(String name, @Nullable Path networkNamespace) implements Backend {
        public Tap {
            requireNonNull(name, "name is null");
        }
    }

    /// A port of the host that leads into the guest.
    ///
    /// @param protocol `tcp` or `udp`
    /// @param hostAddress the host address to listen on, IPv4
    /// @param hostPort the host port, 1 to 65535
    /// @param guestPort the guest port, 1 to 65535
    public record PortForward(String protocol, String hostAddress, int hostPort, int guestPort) {
        public PortForward {
            requireNonNull(protocol, "protocol is null");
            requireNonNull(hostAddress, "hostAddress is null");
        }
    }

    public InterfaceSpec {
        requireNonNull(id, "id is null");
        requireNonNull(macAddress, "macAddress is null");
        requireNonNull(backend, "backend is null");
    }
}
