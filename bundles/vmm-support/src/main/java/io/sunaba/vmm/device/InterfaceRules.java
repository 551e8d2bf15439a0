package io.sunaba.vmm.device;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.hypervisor.InterfaceSpec.Tap;
import io.sunaba.hypervisor.InterfaceSpec.UserMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an interface must be before a VMM gets to see it.
public final class InterfaceRules {
    private static final Pattern MAC =
            Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}", Pattern.CASE_INSENSITIVE);
    private static final Pattern DEVICE = Pattern.compile("(?!\\.{1,2}$)[!-~&&[^/:]]{1,15}");
    private static final Pattern PREFIX = Pattern.compile("[1-9][0-9]?");
    private static final Pattern IPV4 =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    /// source: RFC 791, and the width of the field in a virtio device's configuration
    private static final int LEAST_MTU = 68;

    private static final int MOST_MTU = 65535;

    /// The guest's address is the fifteenth.
    private static final int LONGEST_PREFIX = 27;

    private static final int SHORTEST_PREFIX = 8;
    private static final int LAST_PORT = 65535;

    private InterfaceRules() {}

    /// Checks an interface.
    ///
    /// @throws RejectedException if a rule is broken
    public static void check(InterfaceSpec spec) {
        DeviceRules.checkId(DeviceKind.INTERFACE, spec.id());
        require(
                MAC.matcher(spec.macAddress()).matches(),
                spec,
                "MAC address",
                spec.macAddress(),
                "six pairs of hexadecimal digits separated by colons");
        int first = Integer.parseInt(spec.macAddress().substring(0, 2), 16);
        require(
                (first & 1) == 0 && spec.macAddress().chars().anyMatch(c -> c != '0' && c != ':'),
                spec,
                "MAC address",
                spec.macAddress(),
                "that of one interface, not of a group or of none");
        require(
                spec.mtu() >= LEAST_MTU && spec.mtu() <= MOST_MTU,
                spec,
                "MTU",
                spec.mtu(),
                LEAST_MTU + " to " + MOST_MTU);
        switch (spec.backend()) {
            case UserMode user -> {
                checkSubnet(spec, user.subnet());
                user.forwards().forEach(forward -> check(spec, forward));
            }
            case Tap tap ->
                    require(
                            DEVICE.matcher(tap.name()).matches(),
                            spec,
                            "tap device",
                            tap.name(),
                            "1 to 15 visible characters without slash and colon");
        }
    }

    private static void checkSubnet(InterfaceSpec spec, String subnet) {
        String[] parts = subnet.split("/", -1);
        boolean shaped =
                parts.length == 2 && PREFIX.matcher(parts[1]).matches() && isIpv4(parts[0]);
        int prefix = shaped ? Integer.parseInt(parts[1]) : 0;
        require(
                shaped
                        && prefix >= SHORTEST_PREFIX
                        && prefix <= LONGEST_PREFIX
                        && (bits(parts[0]) & (0xffffffffL >>> prefix)) == 0,
                spec,
                "subnet",
                subnet,
                "an IPv4 network such as 10.0.2.0/24, with a prefix of %d to %d bits and 0 in all others"
                        .formatted(SHORTEST_PREFIX, LONGEST_PREFIX));
    }

    private static void check(InterfaceSpec spec, PortForward forward) {
        require(
                forward.protocol().equals("tcp") || forward.protocol().equals("udp"),
                spec,
                "protocol of a forwarded port",
                forward.protocol(),
                "tcp or udp");
        require(
                isIpv4(forward.hostAddress()),
                spec,
                "host address of a forwarded port",
                forward.hostAddress(),
                "an IPv4 address");
        for (int port : new int[] {forward.hostPort(), forward.guestPort()}) {
            require(
                    port >= 1 && port <= LAST_PORT,
                    spec,
                    "forwarded port",
                    port,
                    "1 to " + LAST_PORT);
        }
    }

    private static boolean isIpv4(String text) {
        Matcher matcher = IPV4.matcher(text);
        if (!matcher.matches()) {
            return false;
        }
        for (int part = 1; part <= matcher.groupCount(); part++) {
            if (Integer.parseInt(matcher.group(part)) > 255) {
                return false;
            }
        }
        return true;
    }

    private static long bits(String address) {
        long bits = 0;
        for (String part : address.split("\\.", -1)) {
            bits = bits << 8 | Integer.parseInt(part);
        }
        return bits;
    }

    private static void require(
            boolean holds, InterfaceSpec spec, String what, Object value, String rule) {
        if (!holds) {
            throw new RejectedException(
                    "interface %s: %s '%s' must be %s".formatted(spec.id(), what, value, rule));
        }
    }
}
