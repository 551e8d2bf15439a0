package io.sunaba.core.network;

import java.security.SecureRandom;
import java.util.HexFormat;

/// Chooses MAC addresses.
final class MacAddress {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LENGTH = 6;
    private static final int LOCAL = 0x02;
    private static final int GROUP = 0x01;

    private MacAddress() {}

    /// Returns an address that nobody else has: unicast, and administered locally.
    static String random() {
        byte[] address = new byte[LENGTH];
        RANDOM.nextBytes(address);
        address[0] = (byte) ((address[0] | LOCAL) & ~GROUP);
        return HexFormat.ofDelimiter(":").formatHex(address);
    }
}
