package io.sunaba.ttrpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

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

    /// Encodes a request as a frame without header.
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
            Set<String> keys = headers.keys();
            long length =
                    CodedOutputStream.computeStringSize(1, service)
                            + CodedOutputStream.computeStringSize(2, method)
                            + CodedOutputStream.computeTagSize(3)
                            + CodedOutputStream.computeUInt32SizeNoTag(size)
                            + (long) size;
            if (timeoutNanos > 0) {
                length += CodedOutputStream.computeInt64Size(4, timeoutNanos);
            }
            for (String key : keys) {
                int entry = entrySize(key, value(headers, key));
                length +=
                        CodedOutputStream.computeTagSize(5)
                                + CodedOutputStream.computeUInt32SizeNoTag(entry)
                                + entry;
            }
            if (length > Frame.MAX_LENGTH) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription(
                                service
                                        + "/"
                                        + method
                                        + ": request of "
                                        + length
                                        + " bytes is over the limit of "
                                        + Frame.MAX_LENGTH)
                        .asRuntimeException();
            }
            byte[] frame = new byte[Frame.HEADER_LENGTH + (int) length];
            CodedOutputStream out =
                    CodedOutputStream.newInstance(frame, Frame.HEADER_LENGTH, (int) length);
            out.writeString(1, service);
            out.writeString(2, method);
            if (timeoutNanos > 0) {
                out.writeInt64(4, timeoutNanos);
            }
            for (String key : keys) {
                String value = value(headers, key);
                out.writeTag(5, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag(entrySize(key, value));
                out.writeString(1, key);
                out.writeString(2, value);
            }
            // The payload comes last, so that the message is written straight to its place.
            out.writeTag(3, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(size);
            payload.readNBytes(frame, frame.length - size, size);
            return frame;
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription(service + "/" + method + ": cannot encode the request")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    private static int entrySize(String key, String value) {
        return CodedOutputStream.computeStringSize(1, key)
                + CodedOutputStream.computeStringSize(2, value);
    }

    private static String value(Metadata headers, String key) {
        String value = headers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        return value == null ? "" : value;
    }
}
