package io.sunaba.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/// What a client is told whose shell goes while something runs for it: how it goes on with the next
/// shell.
///
/// @param usedInput how many of the bytes of input that it has sent need not be sent again
/// @param line what to ask for, in the mode of the request before
public record Handover(long usedInput, String line) {
    public Handover {
        requireNonNull(line, "line is null");
    }

    /// Returns it as a frame: the number, and the line as text.
    public Frame toFrame() {
        byte[] text = line.getBytes(UTF_8);
        return new Frame(
                FrameType.HANDOVER,
                ByteBuffer.allocate(Long.BYTES + text.length).putLong(usedInput).put(text).flip());
    }

    /// Reads it from a frame.
    ///
    /// @throws IllegalArgumentException if the frame is something else
    public static Handover of(Frame frame) {
        ByteBuffer payload = frame.payload().duplicate();
        if (frame.type() != FrameType.HANDOVER || payload.remaining() < Long.BYTES) {
            throw new IllegalArgumentException("not a handover: " + frame);
        }
        return new Handover(payload.getLong(), UTF_8.decode(payload).toString());
    }
}
