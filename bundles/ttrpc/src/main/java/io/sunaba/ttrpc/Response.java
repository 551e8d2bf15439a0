package io.sunaba.ttrpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/// The envelope of an answer: status (code = 1, message = 2) = 1, payload = 2.
final class Response {
    /// Longest text of a status that is sent, and that is kept of one that comes.
    static final int MAX_TEXT = 16 << 10;

    /// Most bytes that an answer has besides its message: a status with its text.
    static final int MAX_ENVELOPE = 4 * MAX_TEXT;

    final Status status;
    final Payload payload;

    private Response(Status status, Payload payload) {
        this.status = status;
        this.payload = payload;
    }

    /// @throws IOException if the bytes are no response
    static Response parse(byte[] bytes) throws IOException {
        return parse(bytes, 0, bytes.length);
    }

    static Response parse(byte[] bytes, int offset, int length) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes, offset, length);
        Status status = Status.OK;
        Payload payload = Payload.EMPTY;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> status = parseStatus(in);
                case 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                        payload = Payload.next(bytes, offset, in);
                default -> in.skipField(tag);
            }
        }
        return new Response(status, payload);
    }

    private static Status parseStatus(CodedInputStream in) throws IOException {
        int limit = in.pushLimit(in.readRawVarint32());
        int code = 0;
        String text = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | WireFormat.WIRETYPE_VARINT -> code = in.readInt32();
                case 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> text = in.readString();
                default -> in.skipField(tag);
            }
        }
        in.popLimit(limit);
        if (code == 0) {
            return Status.OK;
        }
        Status status = Status.fromCodeValue(code);
        return text.isEmpty() ? status : status.withDescription(shortened(text));
    }

    private static String shortened(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }

    /// Encodes a message as a complete frame, or a refusal if it is too large for one.
    static byte[] frame(int stream, InputStream message) throws IOException {
        try (InputStream payload = Payload.sized(message)) {
            int size = payload.available();
            long length =
                    CodedOutputStream.computeTagSize(2)
                            + CodedOutputStream.computeUInt32SizeNoTag(size)
                            + (long) size;
            if (length > Frame.MAX_LENGTH) {
                return frame(
                        stream,
                        Status.RESOURCE_EXHAUSTED.withDescription(
                                "answer of "
                                        + length
                                        + " bytes is over the limit of "
                                        + Frame.MAX_LENGTH));
            }
            byte[] frame = new byte[Frame.HEADER_LENGTH + (int) length];
            Frame.putHeader(frame, stream, Frame.RESPONSE);
            CodedOutputStream out =
                    CodedOutputStream.newInstance(frame, Frame.HEADER_LENGTH, (int) length);
            out.writeTag(2, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(size);
            payload.readNBytes(frame, frame.length - size, size);
            return frame;
        }
    }

    /// Encodes a failure as a complete frame.
    static byte[] frame(int stream, Status failure) throws IOException {
        int code = failure.getCode().value();
        String text = failure.getDescription();
        text = text == null ? "" : shortened(text);
        int size =
                CodedOutputStream.computeInt32Size(1, code)
                        + CodedOutputStream.computeStringSize(2, text);
        int length =
                CodedOutputStream.computeTagSize(1)
                        + CodedOutputStream.computeUInt32SizeNoTag(size)
                        + size;
        byte[] frame = new byte[Frame.HEADER_LENGTH + length];
        Frame.putHeader(frame, stream, Frame.RESPONSE);
        CodedOutputStream out = CodedOutputStream.newInstance(frame, Frame.HEADER_LENGTH, length);
        out.writeTag(1, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(size);
        out.writeInt32(1, code);
        out.writeString(2, text);
        return frame;
    }
}
