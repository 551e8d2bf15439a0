package io.sunaba.ttrpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.sunaba.ttrpc.TtrpcHandshake.Greeting;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the answer to a handshake among the bytes that a former session left in the line.
///
/// Every position is tried as the start of the answer, and one that needs more bytes keeps nobody
/// else waiting: a half frame may stand right before the answer. Memory is one small window.
final class AnswerScanner {
    /// Longest answer that is looked for; a real one has some hundred bytes.
    static final int MAX_ANSWER = 4096;

    private static final int STREAM = 1;

    private final byte[] nonce;
    private final byte[] window = new byte[2 * (Frame.HEADER_LENGTH + MAX_ANSWER)];

    /// Bytes of the window that may still be part of the answer.
    private int filled;

    private long skipped;
    private int surplus;

    AnswerScanner(byte[] nonce) {
        this.nonce = nonce.clone();
    }

    /// Bytes that were thrown away so far.
    long skipped() {
        return skipped;
    }

    /// Bytes that were seen behind the answer.
    int surplus() {
        return surplus;
    }

    /// Looks at more bytes. The inner Optional is empty if the peer refused the handshake.
    ///
    /// @return null while there is no answer
    @SuppressWarnings(
            "NullableOptional") // no answer yet is not the same as an answer without greeting
    @Nullable Optional<Greeting> feed(byte[] bytes, int count) throws IOException {
        for (int fed = 0; fed < count; ) {
            int step = Math.min(count - fed, window.length - filled);
            System.arraycopy(bytes, fed, window, filled, step);
            filled += step;
            fed += step;
            Optional<Greeting> answer = scan();
            if (answer != null) {
                surplus += count - fed;
                return answer;
            }
        }
        return null;
    }

    @SuppressWarnings("NullableOptional")
    private @Nullable Optional<Greeting> scan() throws IOException {
        int keep = -1;
        int at = 0;
        for (; at + Frame.HEADER_LENGTH <= filled; at++) {
            int length = Frame.intAt(window, at);
            if (length < 0
                    || length > MAX_ANSWER
                    || Frame.intAt(window, at + 4) != STREAM
                    || window[at + 8] != Frame.RESPONSE) {
                continue;
            }
            int end = at + Frame.HEADER_LENGTH + length;
            if (end > filled) {
                keep = keep < 0 ? at : keep;
                continue;
            }
            Optional<Greeting> answer = answer(at + Frame.HEADER_LENGTH, length, skipped + at == 0);
            if (answer != null) {
                skipped += at;
                surplus = filled - end;
                return answer;
            }
        }
        int drop = keep < 0 ? at : keep;
        System.arraycopy(window, drop, window, 0, filled - drop);
        filled -= drop;
        skipped += drop;
        return null;
    }

    @SuppressWarnings("NullableOptional")
    private @Nullable Optional<Greeting> answer(int offset, int length, boolean first) {
        try {
            Response response = Response.parse(window, offset, length);
            if (!response.status.isOk()) {
                // It names no nonce: believed only if nothing stale can have been before it.
                return first ? Optional.empty() : null;
            }
            return greeting(response.payload.readAllBytes());
        } catch (IOException e) {
            return null; // no answer after all
        }
    }

    /// OpenResponse: nonce = 1, agent_version = 2, build_hash = 3, protocol_version = 4.
    @SuppressWarnings("NullableOptional")
    private @Nullable Optional<Greeting> greeting(byte[] payload) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(payload);
        byte[] echo = {};
        String version = "";
        String hash = "";
        String protocol = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> echo = in.readByteArray();
                case 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> version = in.readString();
                case 3 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> hash = in.readString();
                case 4 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> protocol = in.readString();
                default -> in.skipField(tag);
            }
        }
        return Arrays.equals(echo, nonce)
                ? Optional.of(new Greeting(version, hash, protocol))
                : null;
    }
}
