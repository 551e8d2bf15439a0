package io.sunaba.guest.agent;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An IPv4 or IPv6 address.
///
/// Java has such a class, with a resolver attached that takes long to load and that nobody here
/// needs.
final class IpAddress {
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    private static final int GROUPS = 8;
    private static final int LONGEST_TEXT = 45;
    private static final Pattern BYTE = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");

    private final byte[] bytes;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    /// @param bytes four or sixteen
    static IpAddress of(byte[] bytes) {
        if (bytes.length != V4_BYTES && bytes.length != V6_BYTES) {
            throw new IllegalArgumentException("an address of " + bytes.length + " bytes");
        }
        return new IpAddress(bytes.clone());
    }

    /// Understands the usual forms: four decimal numbers, or eight groups of hexadecimal digits of
    /// which zeros may be left out once, and the last two may be an IPv4 address.
    ///
    /// @return null if the text is no address
    static @Nullable IpAddress parse(String text) {
        if (text.length() > LONGEST_TEXT) {
            return null;
        }
        byte[] bytes = text.indexOf(':') < 0 ? parseV4(text) : parseV6(text);
        return bytes == null ? null : new IpAddress(bytes);
    }

    private static byte @Nullable [] parseV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != V4_BYTES) {
            return null;
        }
        byte[] bytes = new byte[V4_BYTES];
        for (int i = 0; i < V4_BYTES; i++) {
            if (!BYTE.matcher(parts[i]).matches() || Integer.parseInt(parts[i]) > 0xff) {
                return null;
            }
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return bytes;
    }

    private static byte @Nullable [] parseV6(String text) {
        int gap = text.indexOf("::");
        byte[] head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2), true);
        if (head == null || tail == null) {
            return null;
        }
        int zeros = V6_BYTES - head.length - tail.length;
        if (gap < 0 ? zeros != 0 : zeros < 2) {
            return null;
        }
        byte[] bytes = Arrays.copyOf(head, V6_BYTES);
        System.arraycopy(tail, 0, bytes, V6_BYTES - tail.length, tail.length);
        return bytes;
    }

    /// @param last whether an IPv4 address may be at the end
    private static byte @Nullable [] groups(String text, boolean last) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        if (parts.length > GROUPS) {
            return null;
        }
        byte[] bytes = new byte[2 * parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (last && i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
                byte[] end = parseV4(parts[i]);
                if (end == null) {
                    return null;
                }
                byte[] all = Arrays.copyOf(bytes, 2 * i + V4_BYTES);
                System.arraycopy(end, 0, all, 2 * i, V4_BYTES);
                return all;
            }
            if (!GROUP.matcher(parts[i]).matches()) {
                return null;
            }
            int group = Integer.parseInt(parts[i], 16);
            bytes[2 * i] = (byte) (group >> 8);
            bytes[2 * i + 1] = (byte) group;
        }
        return bytes;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    boolean isV6() {
        return bytes.length == V6_BYTES;
    }

    /// How many bits the address has.
    int length() {
        return Byte.SIZE * bytes.length;
    }

    boolean isUnspecified() {
        return hasOnlyZerosFrom(0);
    }

    boolean isMulticast() {
        return isV6() ? bytes[0] == (byte) 0xff : (bytes[0] & 0xf0) == 0xe0;
    }

    boolean isLoopback() {
        return isV6() ? this.equals(parse("::1")) : bytes[0] == 127;
    }

    boolean isLinkLocal() {
        return isV6()
                ? bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80
                : bytes[0] == (byte) 169 && bytes[1] == (byte) 254;
    }

    /// Tells whether all bits from this one on are zero.
    boolean hasOnlyZerosFrom(int bit) {
        for (int i = bit; i < length(); i++) {
            if ((bytes[i / Byte.SIZE] & 0x80 >> i % Byte.SIZE) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress address && Arrays.equals(bytes, address.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// The canonical text (source: RFC 5952): the longest run of zero groups is left out.
    @Override
    public String toString() {
        if (!isV6()) {
            return (bytes[0] & 0xff)
                    + "."
                    + (bytes[1] & 0xff)
                    + "."
                    + (bytes[2] & 0xff)
                    + "."
                    + (bytes[3] & 0xff);
        }
        int start = GROUPS;
        int run = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && group(end) == 0) {
                end++;
            }
            if (end - i > run) {
                start = i;
                run = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += run - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(i)));
            }
        }
        return text.toString();
    }

    private int group(int index) {
        return ((bytes[2 * index] & 0xff) << 8) | (bytes[2 * index + 1] & 0xff);
    }
}
