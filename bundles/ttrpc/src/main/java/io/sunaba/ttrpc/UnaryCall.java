package io.sunaba.ttrpc;

import static java.util.Objects.requireNonNull;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One call of a client. It ends once: with an answer, a failure, its deadline or a cancellation,
/// whichever completes the reply first.
final class UnaryCall<Q, R> extends ClientCall<Q, R> {
    private final TtrpcChannel channel;
    private final MethodDescriptor<Q, R> method;
    private final CallOptions options;
    private final CompletableFuture<Payload> reply = new CompletableFuture<>();

    private Metadata headers = new Metadata();
    private long timeoutNanos;
    private byte @Nullable [] frame;

    UnaryCall(TtrpcChannel channel, MethodDescriptor<Q, R> method, CallOptions options) {
        this.channel = channel;
        this.method = method;
        this.options = options;
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
        requireNonNull(listener, "listener is null");
        this.headers = requireNonNull(headers, "headers is null");
        Executor executor = options.getExecutor();
        // Not on the completing thread: that is the connection's reader, or a timer of the JDK.
        Executor callback = executor == null ? Thread::startVirtualThread : executor;
        var _ =
                reply.whenComplete((payload, failure) ->
                        callback.execute(() -> deliver(listener, payload, failure)));
        Deadline deadline = options.getDeadline();
        if (deadline != null) {
            timeoutNanos = deadline.timeRemaining(TimeUnit.NANOSECONDS);
            if (timeoutNanos <= 0) {
                reply.completeExceptionally(new TimeoutException());
            } else {
                var _ = reply.orTimeout(timeoutNanos, TimeUnit.NANOSECONDS);
            }
        }
    }

    @Override
    public void request(int numMessages) {
        // There is one message, and it is delivered when it comes.
    }

    @Override
    public void sendMessage(Q message) {
        if (reply.isDone()) {
            return;
        }
        try {
            frame =
                    Request.frame(
                            requireNonNull(method.getServiceName()),
                            requireNonNull(method.getBareMethodName()),
                            timeoutNanos,
                            headers,
                            method.streamRequest(message));
        } catch (StatusRuntimeException e) {
            reply.completeExceptionally(e);
        }
    }

    @Override
    public void halfClose() {
        byte[] request = frame;
        frame = null;
        if (reply.isDone()) {
            return;
        }
        Integer most = options.getMaxInboundMessageSize();
        channel.send(
                new TtrpcChannel.Pending(reply, most == null ? Frame.MAX_LENGTH : most),
                requireNonNull(request, "no message was sent"),
                timeoutNanos);
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        reply.completeExceptionally(
                Status.CANCELLED.withDescription(message).withCause(cause).asRuntimeException());
    }

    private void deliver(
            Listener<R> listener, @Nullable Payload payload, @Nullable Throwable failure) {
        if (payload == null) {
            listener.onClose(status(failure), new Metadata());
            return;
        }
        R message;
        try {
            message = method.parseResponse(payload);
        } catch (RuntimeException | OutOfMemoryError e) {
            // The caller must not wait for ever, whatever a message does to who reads it.
            listener.onClose(
                    Status.INTERNAL
                            .withDescription(method.getFullMethodName() + ": garbage as the answer")
                            .withCause(e),
                    new Metadata());
            return;
        }
        listener.onHeaders(new Metadata());
        listener.onMessage(message);
        listener.onClose(Status.OK, new Metadata());
    }

    private Status status(@Nullable Throwable failure) {
        return switch (failure) {
            case TimeoutException _ ->
                    Status.DEADLINE_EXCEEDED.withDescription(
                            method.getFullMethodName()
                                    + ": no answer within "
                                    + TimeUnit.NANOSECONDS.toMillis(Math.max(0, timeoutNanos))
                                    + " ms");
            case StatusRuntimeException e -> e.getStatus();
            case null -> Status.INTERNAL.withDescription("no answer and no failure");
            default -> Status.fromThrowable(failure);
        };
    }
}
