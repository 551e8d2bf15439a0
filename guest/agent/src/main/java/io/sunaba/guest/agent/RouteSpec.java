package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.Route;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A route as far as the protocol knows it, checked.
///
/// @param gateway null = the destination is on the link
/// @param device its index
/// @param source the address to send from; null = the kernel chooses
/// @param scope of rtnetlink(7); IPv6 has none
/// @param onLink whether the gateway is on the link although no network of it says so
/// @param mtu 0 = that of the device
record RouteSpec(
        IpPrefix destination,
        @Nullable IpAddress gateway,
        int device,
        @Nullable IpAddress source,
        int scope,
        boolean onLink,
        long mtu) {
    private static final int MAX_SCOPE = 255;
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65_535;
    private static final String DEFAULT = "default";

    boolean isV6() {
        return destination.address().isV6();
    }

    /// Tells whether both lead to the same place.
    boolean leadsWhere(RouteSpec other) {
        return destination.equals(other.destination)
                && device == other.device
                && Objects.equals(gateway, other.gateway);
    }

    /// @param devices indexes by name
    static RouteSpec of(Route message, Map<String, Integer> devices) {
        boolean v6 = message.getFamily() == IPFamily.v6;
        IpPrefix destination = destination(message.getDest(), v6);
        Integer device = devices.get(message.getDevice());
        if (device == null) {
            throw Failures.notFound(
                    "route to "
                            + destination
                            + ": no interface '"
                            + Failures.quotable(message.getDevice())
                            + "'");
        }
        IpAddress gateway = optional(message.getGateway(), message.getFamily());
        if (gateway != null && (gateway.isMulticast() || gateway.isUnspecified())) {
            throw Failures.invalid("route to " + destination + ": no gateway: " + gateway);
        }
        if (Integer.compareUnsigned(message.getScope(), MAX_SCOPE) > 0) {
            throw Failures.invalid(
                    "route to "
                            + destination
                            + ": scope "
                            + Integer.toUnsignedString(message.getScope())
                            + " is not from 0 to "
                            + MAX_SCOPE);
        }
        long mtu = Integer.toUnsignedLong(message.getMtu());
        if (mtu != 0 && (mtu < MIN_MTU || mtu > MAX_MTU)) {
            throw Failures.invalid(
                    "route to "
                            + destination
                            + ": MTU "
                            + mtu
                            + " is not from "
                            + MIN_MTU
                            + " to "
                            + MAX_MTU);
        }
        return new RouteSpec(
                destination,
                gateway,
                device,
                optional(message.getSource(), message.getFamily()),
                scope(v6, message.getScope(), gateway),
                gateway != null && (message.getFlags() & KernelRoutes.ON_LINK) != 0,
                mtu);
    }

    private static IpPrefix destination(String text, boolean v6) {
        if (text.isEmpty() || text.equals(DEFAULT)) {
            return IpPrefix.everything(v6);
        }
        int slash = text.indexOf('/');
        IpAddress address =
                InterfaceRequest.address(
                        slash < 0 ? text : text.substring(0, slash),
                        v6 ? IPFamily.v6 : IPFamily.v4);
        if (slash < 0) {
            return new IpPrefix(address, address.length());
        }
        IpPrefix prefix = IpPrefix.of(address, text.substring(slash + 1), "route to " + address);
        if (!address.hasOnlyZerosFrom(prefix.length())) {
            throw Failures.invalid(
                    "route to " + prefix + ": the address has bits beyond the prefix length");
        }
        return prefix;
    }

    private static @Nullable IpAddress optional(String text, IPFamily family) {
        return text.isEmpty() ? null : InterfaceRequest.address(text, family);
    }

    /// Without a gateway, what is not said can only mean the link: a route of wider scope could not
    /// lead to a gateway.
    private static int scope(boolean v6, int scope, @Nullable IpAddress gateway) {
        if (v6) {
            return 0;
        }
        return scope == 0 && gateway == null ? KernelRoutes.SCOPE_LINK : scope;
    }

    /// @param deviceName by the name that people know it by
    Route message(String deviceName) {
        return Route.newBuilder()
                .setFamily(isV6() ? IPFamily.v6 : IPFamily.v4)
                .setDest(destination.length() == 0 ? "" : destination.toString())
                .setGateway(gateway == null ? "" : gateway.toString())
                .setDevice(deviceName)
                .setSource(source == null ? "" : source.toString())
                .setScope(scope)
                .setFlags(onLink ? KernelRoutes.ON_LINK : 0)
                .setMtu((int) mtu)
                .build();
    }

    /// @param deviceName by the name that people know it by
    String text(String deviceName) {
        return "to "
                + (destination.length() == 0 ? DEFAULT : destination)
                + (gateway == null ? "" : " via " + gateway)
                + " dev "
                + deviceName
                + (source == null ? "" : " src " + source);
    }
}
