package io.sunaba.ttrpc;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;

/// Bytes as a peer would send them.
final class Frames {
    private Frames() {}

    static byte[] request(int stream, String service, String method, MessageLite message) {
        byte[] bytes = message.toByteArray();
        byte[] frame =
                Request.frame(
                        service, method, 0, new Metadata(), new Payload(bytes, 0, bytes.length));
        Frame.putHeader(frame, stream, Frame.REQUEST);
        return frame;
    }

    static byte[] response(int stream, MessageLite message) throws IOException {
        byte[] bytes = message.toByteArray();
        return Response.frame(stream, new Payload(bytes, 0, bytes.length));
    }

    /// Hexadecimal digits; spaces are for the reader.
    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
