package io.sunaba.ttrpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One call of a session, as its handler sees it. Answered once.
final class UnaryServerCall<Q, R> extends ServerCall<Q, R> {
    private final ServerSession session;
    private final int stream;
    private final MethodDescriptor<Q, R> method;
    private final AtomicBoolean answered = new AtomicBoolean();

    private volatile @Nullable R message;
    private volatile @Nullable Listener<Q> listener;

    UnaryServerCall(ServerSession session, int stream, MethodDescriptor<Q, R> method) {
        this.session = session;
        this.stream = stream;
        this.method = method;
    }

    void listenTo(Listener<Q> listener) {
        this.listener = listener;
    }

    /// Tells the handler that nobody waits for its answer any more.
    void cancel() {
        Listener<Q> handler = listener;
        if (handler != null && answered.compareAndSet(false, true)) {
            handler.onCancel();
        }
    }

    @Override
    public void request(int numMessages) {
        // The one message is there already.
    }

    @Override
    public void sendHeaders(Metadata headers) {
        // ttRPC has no headers in answers.
    }

    @Override
    public void sendMessage(R message) {
        this.message = message;
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        session.leave(this);
        R answer = message;
        if (!status.isOk()) {
            session.refuse(stream, status);
        } else if (answer == null) {
            session.refuse(
                    stream,
                    Status.INTERNAL.withDescription(
                            method.getFullMethodName() + ": the handler gave no answer"));
        } else {
            send(answer);
        }
    }

    private void send(R answer) {
        byte[] frame;
        try {
            frame = Response.frame(stream, method.streamResponse(answer));
        } catch (IOException | RuntimeException e) {
            session.refuse(
                    stream,
                    Status.INTERNAL.withDescription(
                            method.getFullMethodName() + ": cannot encode the answer: " + e));
            return;
        }
        session.write(frame);
    }

    @Override
    public boolean isCancelled() {
        return session.over();
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }
}
