package io.sunaba.ttrpc;

import com.google.protobuf.CodedInputStream;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// A message inside a frame, as the stream that marshallers read. Not copied.
final class Payload extends ByteArrayInputStream implements KnownLength {
    static final Payload EMPTY = new Payload(new byte[0], 0, 0);

    Payload(byte[] bytes, int offset, int length) {
        super(bytes, offset, length);
    }

    /// Takes the length-delimited field that comes next, and skips it.
    ///
    /// @param start where in the bytes the coded stream began
    static Payload next(byte[] bytes, int start, CodedInputStream in) throws IOException {
        int length = in.readRawVarint32();
        int offset = start + in.getTotalBytesRead();
        in.skipRawBytes(length);
        return new Payload(bytes, offset, length);
    }

    /// Makes sure that the length of a marshalled message is known.
    static InputStream sized(InputStream message) {
        if (message instanceof KnownLength) {
            return message;
        }
        try (message) {
            byte[] bytes = message.readAllBytes();
            return new Payload(bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
