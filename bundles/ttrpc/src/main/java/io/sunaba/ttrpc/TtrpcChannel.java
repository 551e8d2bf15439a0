package io.sunaba.ttrpc;

import static java.util.Objects.requireNonNull;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The client's end of a connection: a channel for grpc-java stubs.
///
/// Any number of calls may be in flight, from any threads; blocking stubs are best called from
/// virtual threads. A call that is cancelled, interrupted or past its deadline is forgotten here,
/// and its answer, should it come, is counted and dropped; the peer hears nothing of it. The
/// connection ends when [#close()] is called, when it breaks, or when the peer sends what no answer
/// can be; every call then fails with UNAVAILABLE and the reason, and so does every later one. A
/// channel does not reconnect.
///
/// The peer is not trusted: nothing is allocated for a frame that nobody waits for, an answer over
/// the limit of its call (`CallOptions.withMaxInboundMessageSize`) is skipped and fails the call
/// with RESOURCE_EXHAUSTED, and more answers than requests end the connection.
///
/// Stream 1 is left to [TtrpcHandshake]; calls use 3, 5, 7 and so on.
public final class TtrpcChannel extends Channel implements AutoCloseable {
    /// Frames that wait for the writer; who adds one more waits as well.
    private static final int MAX_WAITING = 16;

    private static final int FIRST_STREAM = 3;

    /// A call that waits for its answer.
    ///
    /// @param mostBytes that the answer's message may have
    record Pending(CompletableFuture<Payload> reply, int mostBytes) {
        boolean takes(int frameLength) {
            return frameLength <= (long) mostBytes + Response.MAX_ENVELOPE;
        }
    }

    /// A request on its way to the writer; a class because arrays make bad components of records.
    private static final class Outgoing {
        final Pending call;
        final byte[] frame;

        Outgoing(Pending call, byte[] frame) {
            this.call = call;
            this.frame = frame;
        }
    }

    private final String name;
    private final TtrpcConnection connection;
    private final BlockingQueue<Outgoing> outgoing = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Map<Integer, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicLong lateReplies = new AtomicLong();
    private final Thread reader;
    private final Thread writer;

    /// Written by the writer only.
    private volatile int nextStream = FIRST_STREAM;

    private TtrpcChannel(String name, TtrpcConnection connection) {
        this.name = requireNonNull(name, "name is null");
        this.connection = requireNonNull(connection, "connection is null");
        this.reader = thread("ttrpc-reader ", this::readReplies);
        this.writer = thread("ttrpc-writer ", this::writeRequests);
    }

    /// One that has nothing of who opens the channel, and may be gone before it ends.
    private Thread thread(String purpose, Runnable task) {
        return Thread.ofVirtual()
                .name(purpose + name)
                .inheritInheritableThreadLocals(false)
                .unstarted(task);
    }

    /// Takes over a connection, which the channel closes when it ends.
    ///
    /// @param name the peer in messages, for example "agent of sandbox web"
    public static TtrpcChannel open(String name, TtrpcConnection connection) {
        TtrpcChannel channel = new TtrpcChannel(name, connection);
        channel.reader.start();
        channel.writer.start();
        return channel;
    }

    /// Completes when the connection ended: normally after [#close()], else with the reason, an
    /// [IOException]. By then all calls have failed. Dependent actions must not block.
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /// Answers that came after their call had been given up.
    public long lateReplies() {
        return lateReplies.get();
    }

    @Override
    public String authority() {
        return name;
    }

    /// Starts a unary call. Not supported: contexts, binary headers, and reading with flow control.
    ///
    /// @throws io.grpc.StatusRuntimeException UNIMPLEMENTED if the method streams
    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        if (method.getType() != MethodType.UNARY) {
            throw Status.UNIMPLEMENTED
                    .withDescription(method.getFullMethodName() + ": streaming calls are refused")
                    .asRuntimeException();
        }
        return new UnaryCall<>(this, method, options);
    }

    /// Breaks the connection. May be repeated.
    @Override
    public void close() {
        end(null);
    }

    /// Hands a request to the writer; waits while too many are there already.
    void send(Pending call, byte[] frame, long timeoutNanos) {
        CompletableFuture<Payload> reply = call.reply;
        try {
            long patience = timeoutNanos > 0 ? timeoutNanos : Long.MAX_VALUE;
            if (failure.get() == null
                    && !outgoing.offer(new Outgoing(call, frame), patience, TimeUnit.NANOSECONDS)) {
                return; // its deadline is over
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reply.completeExceptionally(
                    Status.CANCELLED
                            .withDescription("interrupted before the request was sent")
                            .withCause(e)
                            .asRuntimeException());
        }
        // Checked last: whoever ends the connection may have emptied the queue already.
        Status status = failure.get();
        if (status != null) {
            reply.completeExceptionally(status.asRuntimeException());
        }
    }

    /// Only this thread writes, so that an interrupted caller cannot break a socket for all others.
    private void writeRequests() {
        try {
            OutputStream out = connection.out();
            while (true) {
                Outgoing next = outgoing.take();
                CompletableFuture<Payload> reply = next.call.reply;
                if (reply.isDone()) {
                    continue;
                }
                int stream = nextStream;
                if (stream == 1) {
                    throw new IOException("all stream ids are used up");
                }
                pending.put(stream, next.call);
                var _ = reply.whenComplete((_, _) -> pending.remove(stream));
                nextStream = stream + 2;
                Status status = failure.get();
                if (status != null) {
                    // Too late for the end of the connection to find it among the pending ones.
                    reply.completeExceptionally(status.asRuntimeException());
                    return;
                }
                Frame.putHeader(next.frame, stream, Frame.REQUEST);
                out.write(next.frame);
                out.flush();
            }
        } catch (IOException e) {
            end(e);
        } catch (InterruptedException | RuntimeException | OutOfMemoryError e) {
            end(new IOException("writer failed: " + e, e));
        }
    }

    private void readReplies() {
        try {
            InputStream in = new BufferedInputStream(connection.in());
            long answers = 0;
            while (true) {
                Frame.Header header = Frame.readHeader(in, Frame.RESPONSE);
                if (header == null) {
                    throw new EOFException("the peer closed the connection");
                }
                // Stays among the pending ones until it is complete: garbage fails it with the
                // others.
                Pending call = pending.get(header.stream());
                if (call == null) {
                    requireRequested(header.stream());
                }
                if (++answers > requests()) {
                    throw new ProtocolException(
                            "second answer on stream " + Integer.toUnsignedString(header.stream()));
                }
                if (call == null) {
                    lateReplies.incrementAndGet();
                    header.skipPayload(in);
                } else if (!call.takes(header.length())) {
                    header.skipPayload(in);
                    refuse(call, header.length());
                } else {
                    take(header.stream(), header.readPayload(in), call.reply);
                }
            }
        } catch (IOException e) {
            end(e);
        } catch (RuntimeException | OutOfMemoryError e) {
            end(new IOException("reader failed: " + e, e));
        }
    }

    private long requests() {
        return Integer.toUnsignedLong(nextStream - FIRST_STREAM) / 2;
    }

    private static void refuse(Pending call, int length) {
        call.reply.completeExceptionally(
                Status.RESOURCE_EXHAUSTED
                        .withDescription(
                                "answer of %d bytes is over the limit of %d"
                                        .formatted(length, call.mostBytes))
                        .asRuntimeException());
    }

    private void take(int stream, byte[] payload, CompletableFuture<Payload> reply)
            throws ProtocolException {
        Response response;
        try {
            response = Response.parse(payload);
        } catch (IOException e) {
            throw new ProtocolException(
                    "answer on stream " + stream + " is garbage: " + e.getMessage());
        }
        boolean awaited =
                response.status.isOk()
                        ? reply.complete(response.payload)
                        : reply.completeExceptionally(response.status.asRuntimeException());
        if (!awaited) {
            lateReplies.incrementAndGet();
        }
    }

    private void requireRequested(int stream) throws ProtocolException {
        if ((stream & 1) == 0 || stream == 1 || Integer.compareUnsigned(stream, nextStream) >= 0) {
            throw new ProtocolException(
                    "answer on stream "
                            + Integer.toUnsignedString(stream)
                            + ", which has had no request");
        }
    }

    private void end(@Nullable IOException reason) {
        String why = reason == null ? "closed" : reason.getMessage();
        Status status =
                Status.UNAVAILABLE
                        .withDescription(name + ": " + (why == null ? String.valueOf(reason) : why))
                        .withCause(reason);
        if (!failure.compareAndSet(null, status)) {
            return;
        }
        try {
            connection.close();
        } catch (IOException e) {
            if (reason != null) {
                reason.addSuppressed(e);
            }
        }
        writer.interrupt();
        for (Outgoing next = outgoing.poll(); next != null; next = outgoing.poll()) {
            next.call.reply.completeExceptionally(status.asRuntimeException());
        }
        for (Pending call : pending.values()) {
            call.reply.completeExceptionally(status.asRuntimeException());
        }
        if (reason == null) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(reason);
        }
    }
}
