package io.sunaba.guest.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The attributes of a netlink message: type, length, value, each padded to four bytes.
///
/// A device has dozens of them, of which few are looked at: they stay where they are in the message
/// until then.
final class Attributes {
    private static final int HEADER = 4;
    private static final int TYPE_MASK = 0x3fff;

    /// Attributes of higher types are not looked at.
    private static final int TYPES = 64;

    private final byte[] block;

    /// Where each value starts, 0 if it is not there, and where it ends.
    private final int[] starts = new int[TYPES];

    private final int[] ends = new int[TYPES];

    private Attributes(byte[] block) {
        this.block = block;
    }

    /// @param block attributes to its end
    static Attributes parse(byte[] block, int from) throws IOException {
        Attributes attributes = new Attributes(block);
        ByteBuffer buffer = ByteBuffer.wrap(block).order(ByteOrder.nativeOrder());
        int at = from;
        while (block.length - at >= HEADER) {
            int length = Short.toUnsignedInt(buffer.getShort(at));
            int type = buffer.getShort(at + 2) & TYPE_MASK;
            if (length < HEADER || length > block.length - at) {
                throw new IOException("netlink: attribute " + type + " has length " + length);
            }
            if (type < TYPES) {
                attributes.starts[type] = at + HEADER;
                attributes.ends[type] = at + length;
            }
            at += Netlink.align(length);
        }
        return attributes;
    }

    byte @Nullable [] bytes(int type) {
        return starts[type] == 0 ? null : Arrays.copyOfRange(block, starts[type], ends[type]);
    }

    /// A number of one to four bytes, or what stands for none.
    long number(int type, long none) throws IOException {
        if (starts[type] == 0) {
            return none;
        }
        ByteBuffer buffer = ByteBuffer.wrap(block).order(ByteOrder.nativeOrder());
        int start = starts[type];
        return switch (ends[type] - start) {
            case 1 -> Byte.toUnsignedInt(buffer.get(start));
            case 2 -> Short.toUnsignedInt(buffer.getShort(start));
            case 4 -> Integer.toUnsignedLong(buffer.getInt(start));
            default ->
                    throw new IOException(
                            "netlink: attribute "
                                    + type
                                    + " has "
                                    + (ends[type] - start)
                                    + " bytes");
        };
    }

    /// A text up to its zero byte; empty if there is none.
    String text(int type) {
        int end = starts[type];
        while (end < ends[type] && block[end] != 0) {
            end++;
        }
        return new String(block, starts[type], end - starts[type], UTF_8);
    }

    @Nullable IpAddress address(int type) throws IOException {
        byte[] value = bytes(type);
        if (value == null) {
            return null;
        }
        if (value.length != 4 && value.length != 16) {
            throw new IOException("netlink: an address of " + value.length + " bytes");
        }
        return IpAddress.of(value);
    }

    /// The attributes within one; none if it is not there.
    Attributes nested(int type) throws IOException {
        byte[] value = bytes(type);
        return parse(value == null ? new byte[0] : value, 0);
    }
}
