package io.sunaba.ttrpc;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Metadata;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Starts a session on a line that does not tell one session from the next, such as a serial port.
///
/// The host calls `sunaba.Session/Open` with a random nonce on stream 1 and throws away what comes
/// before the answer with that nonce: whole frames of a former session, and pieces of frames. After
/// that a [TtrpcChannel] goes on with the connection.
///
/// What it cannot mend is half a frame that a former *host* left on the way to the agent, if the
/// agent did not see that host hang up. There is no answer then: close, wait 50 to 100 ms, connect
/// again.
public final class TtrpcHandshake {
    public static final int NONCE_LENGTH = 16;

    /// Most bytes that are thrown away in one attempt: more than sessions leave behind, and soon
    /// reached by a peer that floods the line.
    static final long MAX_SKIPPED = 16 << 20;

    /// After so many bytes of garbage the reader rests. On a line that never runs dry it would
    /// never wait, and a virtual thread that never waits leaves its processor to no other; to yield
    /// does not help those that are yet to be started.
    private static final long REST_BYTES = 64 << 10;

    private static final long REST_NANOS = 1_000_000;

    /// What an agent says of itself.
    ///
    /// @param buildHash of what the guest image was built from
    /// @param protocolVersion of the agent service's protocol; empty = not told
    public record Greeting(String agentVersion, String buildHash, String protocolVersion) {}

    private TtrpcHandshake() {}

    /// Does the handshake with a fresh nonce.
    ///
    /// @see #open(TtrpcConnection, byte[], Duration)
    public static Optional<Greeting> open(TtrpcConnection connection, Duration timeout)
            throws IOException {
        byte[] nonce = new byte[NONCE_LENGTH];
        new SecureRandom().nextBytes(nonce);
        return open(connection, nonce, timeout);
    }

    /// Does the handshake. Blocks; every failure closes the connection.
    ///
    /// @return empty if the agent does not know the service, as a stock one
    /// @throws SocketTimeoutException if no answer came in time
    /// @throws ProtocolException if more came behind the answer, or far too much before it
    /// @throws IOException if the connection ended or broke
    public static Optional<Greeting> open(
            TtrpcConnection connection, byte[] nonce, Duration timeout) throws IOException {
        if (nonce.length != NONCE_LENGTH) {
            throw new IllegalArgumentException(
                    "nonce of " + nonce.length + " bytes, not " + NONCE_LENGTH);
        }
        AnswerScanner scanner = new AnswerScanner(nonce);
        CompletableFuture<Void> done = new CompletableFuture<>();
        var _ =
                done.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                        .whenComplete((_, late) -> {
                            if (late != null) {
                                Thread.startVirtualThread(() -> close(connection));
                            }
                        });
        try {
            connection.out().write(request(nonce));
            connection.out().flush();
            Optional<Greeting> answer = await(connection, scanner);
            if (done.complete(null)) {
                return answer;
            }
            throw new IOException("the answer came too late");
        } catch (IOException e) {
            close(connection);
            if (done.isCompletedExceptionally()) {
                SocketTimeoutException late =
                        new SocketTimeoutException(
                                "no answer to the handshake within "
                                        + timeout.toMillis()
                                        + " ms, "
                                        + scanner.skipped()
                                        + " other bytes");
                late.initCause(e);
                throw late;
            }
            done.complete(null);
            throw e;
        }
    }

    private static Optional<Greeting> await(TtrpcConnection connection, AnswerScanner scanner)
            throws IOException {
        byte[] bytes = new byte[AnswerScanner.MAX_ANSWER];
        long restAt = REST_BYTES;
        while (true) {
            int count = connection.in().read(bytes);
            if (count < 0) {
                throw new EOFException("the peer hung up before it answered the handshake");
            }
            Optional<Greeting> answer = scanner.feed(bytes, count);
            if (answer != null) {
                if (scanner.surplus() > 0) {
                    throw new ProtocolException(
                            scanner.surplus() + " bytes came behind the answer to the handshake");
                }
                return answer;
            }
            if (scanner.skipped() > MAX_SKIPPED) {
                throw new ProtocolException(
                        "no answer to the handshake among " + scanner.skipped() + " bytes");
            }
            if (scanner.skipped() >= restAt) {
                LockSupport.parkNanos(REST_NANOS);
                restAt = scanner.skipped() + REST_BYTES;
            }
        }
    }

    /// The frame with OpenRequest: nonce = 1.
    static byte[] request(byte[] nonce) throws IOException {
        byte[] message = new byte[CodedOutputStream.computeByteArraySize(1, nonce)];
        CodedOutputStream.newInstance(message).writeByteArray(1, nonce);
        byte[] frame =
                Request.frame(
                        "sunaba.Session",
                        "Open",
                        0,
                        new Metadata(),
                        new Payload(message, 0, message.length));
        Frame.putHeader(frame, 1, Frame.REQUEST);
        return frame;
    }

    private static void close(TtrpcConnection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // It is given up anyway; why is what the caller hears.
        }
    }
}
