package io.sunaba.ttrpc;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/// One unit of the wire: ten bytes of header and a payload.
final class Frame {
    static final int HEADER_LENGTH = 10;
    static final int MAX_LENGTH = 4 << 20;
    static final int REQUEST = 1;
    static final int RESPONSE = 2;

    final int stream;
    final byte[] payload;

    private Frame(int stream, byte[] payload) {
        this.stream = stream;
        this.payload = payload;
    }

    /// What is known of a frame before anything is allocated for it. The payload comes next.
    record Header(int stream, int length) {
        byte[] readPayload(InputStream in) throws IOException {
            byte[] payload = new byte[length];
            int read = in.readNBytes(payload, 0, length);
            if (read < length) {
                throw new EOFException(
                        "ended after " + read + " of a frame's " + length + " bytes");
            }
            return payload;
        }

        void skipPayload(InputStream in) throws IOException {
            in.skipNBytes(length);
        }
    }

    /// Reads a frame of the type; null at the end of the stream.
    ///
    /// @throws EOFException if the stream ends within a frame
    /// @throws ProtocolException if the bytes are no such frame; the stream is of no use any more
    static @Nullable Frame read(InputStream in, int type) throws IOException {
        Header header = readHeader(in, type);
        return header == null ? null : new Frame(header.stream, header.readPayload(in));
    }

    /// Reads the header of a frame of the type, with the failures of [#read]; null at the end of
    /// the stream.
    static @Nullable Header readHeader(InputStream in, int type) throws IOException {
        byte[] header = new byte[HEADER_LENGTH];
        int read = in.readNBytes(header, 0, HEADER_LENGTH);
        if (read == 0) {
            return null;
        }
        if (read < HEADER_LENGTH) {
            throw new EOFException("ended after " + read + " bytes of a frame's header");
        }
        int length = intAt(header, 0);
        if (length < 0 || length > MAX_LENGTH) {
            throw new ProtocolException(
                    "frame of "
                            + Integer.toUnsignedString(length)
                            + " bytes is over the limit of "
                            + MAX_LENGTH);
        }
        if (header[8] != type) {
            throw new ProtocolException(
                    "frame of type " + (header[8] & 0xff) + " where only " + type + " may come");
        }
        return new Header(intAt(header, 4), length);
    }

    /// Fills in the header of a frame that is otherwise complete.
    static void putHeader(byte[] frame, int stream, int type) {
        putInt(frame, 0, frame.length - HEADER_LENGTH);
        putInt(frame, 4, stream);
        frame[8] = (byte) type;
        frame[9] = 0;
    }

    static int intAt(byte[] bytes, int at) {
        return bytes[at] << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }

    private static void putInt(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }
}
