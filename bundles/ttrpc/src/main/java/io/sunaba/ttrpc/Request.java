package io.sunaba.ttrpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The envelope of a call: service = 1, method = 2, payload = 3, timeout in nanoseconds = 4,
/// metadata (key = 1, value = 2) = 5.
final class Request {
    private static final int KEY = 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int VALUE = 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    final String service;
    final String method;
    final Payload payload;
    final Metadata metadata;

    private Request(String service, String method, Payload payload, Metadata metadata) {
        this.service = service;
        this.method = method;
        this.payload = payload;
        this.metadata = metadata;
    }

    /// @throws IOException if the bytes are no request
    static Request parse(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        String service = "";
        String method = "";
        Payload payload = Payload.EMPTY;
        Metadata metadata = new Metadata();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> service = in.readString();
                case 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> method = in.readString();
                case 3 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                        payload = Payload.next(bytes, 0, in);
                case 5 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> addEntry(metadata, in);
                // The caller keeps its deadline itself, and hangs up when it has enough.
                default -> in.skipField(tag);
            }
        }
        return new Request(service, method, payload, metadata);
    }

    private static void addEntry(Metadata metadata, CodedInputStream in) throws IOException {
        int limit = in.pushLimit(in.readRawVarint32());
        String key = "";
        String value = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case KEY -> key = in.readString();
                case VALUE -> value = in.readString();
                default -> in.skipField(tag);
            }
        }
        in.popLimit(limit);
        try {
            metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
        } catch (IllegalArgumentException e) {
            throw new IOException("metadata key " + key + " is not valid", e);
        }
    }

    /// Encodes a request as a frame whose header is still to be put.
    ///
    /// @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if it is too large for a frame
    static byte[] frame(
            String service,
            String method,
            long timeoutNanos,
            Metadata headers,
            InputStream message) {
        try (InputStream payload = Payload.sized(message)) {
            int size = payload.available();
            byte[] head = head(service, method, timeoutNanos, headers, size);
            long length = (long) head.length - Frame.HEADER_LENGTH + size;
            if (length > Frame.MAX_LENGTH) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription(
                                "%s/%s: request of %d bytes is over the limit of %d"
                                        .formatted(service, method, length, Frame.MAX_LENGTH))
                        .asRuntimeException();
            }
            byte[] frame = Arrays.copyOf(head, head.length + size);
            payload.readNBytes(frame, head.length, size);
            return frame;
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription(service + "/" + method + ": cannot encode the request")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    /// Room for the header, and the envelope up to its payload, which comes last so that the
    /// message is written straight to its place.
    private static byte[] head(
            String service, String method, long timeoutNanos, Metadata headers, int payloadSize)
            throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream(128);
        head.write(new byte[Frame.HEADER_LENGTH]);
        CodedOutputStream out = CodedOutputStream.newInstance(head, 128);
        out.writeString(1, service);
        out.writeString(2, method);
        if (timeoutNanos > 0) {
            out.writeInt64(4, timeoutNanos);
        }
        for (String key : headers.keys()) {
            if (!key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                writeEntry(out, key, headers);
            }
        }
        out.writeTag(3, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(payloadSize);
        out.flush();
        return head.toByteArray();
    }

    private static void writeEntry(CodedOutputStream out, String key, Metadata headers)
            throws IOException {
        String value = headers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        if (value == null) {
            return;
        }
        out.writeTag(5, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(
                CodedOutputStream.computeStringSize(1, key)
                        + CodedOutputStream.computeStringSize(2, value));
        out.writeString(1, key);
        out.writeString(2, value);
    }
}
