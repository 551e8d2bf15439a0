package io.sunaba.core.config;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Interface;
import java.net.InetAddress;
import java.util.List;

/// The network of sandboxes that ask for none.
///
/// @param interfaces those that such a sandbox gets
/// @param nameServers the name servers on networks that bring none
public record NetworkDefaults(List<Interface> interfaces, List<String> nameServers) {
    /// No network at all.
    public static final NetworkDefaults NONE = new NetworkDefaults(List.of(), List.of());

    private static final Interface USER =
            new Interface("eth0", null, List.of(), null, new Interface.UserMode(List.of()));

    public NetworkDefaults {
        interfaces = List.copyOf(interfaces);
        nameServers = List.copyOf(nameServers);
        nameServers.forEach(NetworkDefaults::requireAddress);
    }

    /// @param network `none` or `user`
    static NetworkDefaults of(String network, List<String> nameServers) {
        return new NetworkDefaults(
                switch (requireNonNull(network, "network is null")) {
                    case "none" -> List.of();
                    case "user" -> List.of(USER);
                    default ->
                            throw new RejectedException(
                                    "network.default is '%s': it must be none or user"
                                            .formatted(network));
                },
                nameServers);
    }

    private static void requireAddress(String address) {
        try {
            if (!InetAddress.ofLiteral(address).isAnyLocalAddress()) {
                return;
            }
        } catch (IllegalArgumentException _) {
            // Told below.
        }
        throw new RejectedException(
                "network.nameservers has '%s': it must be IP addresses".formatted(address));
    }
}
