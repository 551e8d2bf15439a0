package io.sunaba.control;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/// One message.
///
/// @param type what it is
/// @param payload its content, from position to limit
public record Frame(FrameType type, ByteBuffer payload) {
    /// The most that a payload may have.
    public static final int MAXIMUM_BYTES = 1 << 20;

    public Frame {
        requireNonNull(type, "type is null");
        requireNonNull(payload, "payload is null");
    }

    /// A frame whose payload is these numbers.
    public static Frame of(FrameType type, int... numbers) {
        ByteBuffer payload = ByteBuffer.allocate(numbers.length * Integer.BYTES);
        for (int number : numbers) {
            payload.putInt(number);
        }
        return new Frame(type, payload.flip());
    }

    /// Returns a number of the payload.
    public int number(int index) {
        return payload.getInt(payload.position() + index * Integer.BYTES);
    }
}
