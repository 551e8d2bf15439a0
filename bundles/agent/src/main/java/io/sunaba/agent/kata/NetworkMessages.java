package io.sunaba.agent.kata;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.IPAddress;
import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.Routes;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Translates interfaces and routes.
final class NetworkMessages {
    private static final String DEFAULT = "default";

    private NetworkMessages() {}

    /// The agent finds the interface by its MAC address.
    static io.sunaba.guest.protocol.Interface message(Interface config) {
        String macAddress = config.macAddress();
        if (macAddress == null) {
            throw new RejectedException(
                    "interface " + config.name() + " has no MAC address to find it by");
        }
        var message =
                io.sunaba.guest.protocol.Interface.newBuilder()
                        .setDevice(config.name())
                        .setName(config.name())
                        .setHwAddr(macAddress);
        if (config.mtu() != null) {
            message.setMtu(config.mtu());
        }
        for (String address : config.addresses()) {
            message.addIPAddresses(address(config.name(), address));
        }
        return message.build();
    }

    private static IPAddress address(String name, String cidr) {
        int slash = cidr.indexOf('/');
        if (slash <= 0 || slash == cidr.length() - 1) {
            throw new RejectedException(
                    "interface %s: address \"%s\" must be in CIDR notation, such as 10.0.2.15/24"
                            .formatted(name, cidr));
        }
        return IPAddress.newBuilder()
                .setFamily(family(cidr))
                .setAddress(cidr.substring(0, slash))
                .setMask(cidr.substring(slash + 1))
                .build();
    }

    private static IPFamily family(String address) {
        return address.indexOf(':') < 0 ? IPFamily.v4 : IPFamily.v6;
    }

    /// @param network what the interface is connected to, which a guest does not know
    static Interface value(
            io.sunaba.guest.protocol.Interface message, Interface.@Nullable Network network) {
        return new Interface(
                message.getName(),
                emptyToNull(message.getHwAddr()),
                message.getIPAddressesList().stream()
                        .map(address -> address.getAddress() + "/" + address.getMask())
                        .toList(),
                mtu(message),
                network);
    }

    private static @Nullable Integer mtu(io.sunaba.guest.protocol.Interface message) {
        long mtu = message.getMtu();
        if (mtu < 0 || mtu > Integer.MAX_VALUE) {
            throw new UnavailableException(
                    "the agent's answer is no MTU: " + Long.toUnsignedString(mtu));
        }
        return mtu == 0 ? null : (int) mtu;
    }

    static Routes message(List<Route> routes) {
        Routes.Builder message = Routes.newBuilder();
        for (Route route : routes) {
            boolean isDefault = route.destination().equals(DEFAULT);
            String gateway = nullToEmpty(route.gateway());
            String source = nullToEmpty(route.source());
            message.addRoutes(
                    io.sunaba.guest.protocol.Route.newBuilder()
                            .setDest(isDefault ? "" : route.destination())
                            .setGateway(gateway)
                            .setDevice(route.device())
                            .setSource(source)
                            .setScope(route.scope())
                            .setFamily(family(isDefault ? gateway + source : route.destination())));
        }
        return message.build();
    }

    static List<Route> values(Routes message) {
        return message.getRoutesList().stream()
                .map(route ->
                        new Route(
                                destination(route.getDest()),
                                emptyToNull(route.getGateway()),
                                route.getDevice(),
                                emptyToNull(route.getSource()),
                                route.getScope()))
                .toList();
    }

    private static String destination(String message) {
        return switch (message) {
            case "", "0.0.0.0/0", "::/0" -> DEFAULT;
            default -> message;
        };
    }

    private static @Nullable String emptyToNull(String value) {
        return value.isEmpty() ? null : value;
    }

    private static String nullToEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }
}
