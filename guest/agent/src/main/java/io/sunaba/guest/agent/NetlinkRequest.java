package io.sunaba.guest.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Puts a netlink message together: a header of its kind, then attributes.
final class NetlinkRequest {
    private static final int ATTRIBUTE_HEADER = 4;

    /// Far more than the largest that is made here.
    private static final int MAX_BYTES = 1024;

    private final ByteBuffer buffer;

    NetlinkRequest() {
        buffer = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.nativeOrder());
    }

    /// A message that is put together already.
    NetlinkRequest(byte[] content) {
        buffer = ByteBuffer.wrap(content).position(content.length);
    }

    NetlinkRequest u8(int... values) {
        for (int value : values) {
            buffer.put((byte) value);
        }
        return this;
    }

    NetlinkRequest u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    NetlinkRequest u32(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkRequest attribute(int type, byte[] value) {
        buffer.putShort((short) (ATTRIBUTE_HEADER + value.length));
        buffer.putShort((short) type);
        buffer.put(value);
        buffer.put(new byte[Netlink.align(value.length) - value.length]);
        return this;
    }

    NetlinkRequest attribute(int type, int value) {
        return attribute(
                type,
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    NetlinkRequest attribute(int type, IpAddress value) {
        return attribute(type, value.bytes());
    }

    /// A text and the zero byte after it.
    NetlinkRequest attribute(int type, String value) {
        byte[] text = value.getBytes(UTF_8);
        return attribute(type, Arrays.copyOf(text, text.length + 1));
    }

    byte[] bytes() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }
}
