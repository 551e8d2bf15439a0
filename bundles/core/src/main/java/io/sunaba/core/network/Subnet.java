package io.sunaba.core.network;

import java.math.BigInteger;
import java.net.InetAddress;

/// Networks in CIDR notation.
public final class Subnet {
    private Subnet() {}

    /// Tells whether two networks, or networks of addresses, have an address in common.
    static boolean overlaps(String one, String other) {
        byte[] first = address(one).getAddress();
        byte[] second = address(other).getAddress();
        if (first.length != second.length) {
            return false;
        }
        int shift = first.length * 8 - Math.min(length(one), length(other));
        return new BigInteger(1, first)
                .shiftRight(shift)
                .equals(new BigInteger(1, second).shiftRight(shift));
    }

    private static InetAddress address(String cidr) {
        return InetAddress.ofLiteral(cidr.substring(0, cidr.indexOf('/')));
    }

    private static int length(String cidr) {
        return Integer.parseInt(cidr.substring(cidr.indexOf('/') + 1));
    }
}
