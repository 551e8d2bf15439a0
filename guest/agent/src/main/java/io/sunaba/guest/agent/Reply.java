package io.sunaba.guest.agent;

import com.google.protobuf.Empty;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The answer to one call, given now or later, unless the caller went away.
final class Reply<T> {
    private final ServerCallStreamObserver<T> observer;
    private volatile @Nullable Runnable abandoned;

    Reply(StreamObserver<T> observer) {
        this.observer = (ServerCallStreamObserver<T>) observer;
        // Must be set while the call is being started; also keeps late answers from failing.
        this.observer.setOnCancelHandler(this::abandon);
    }

    private void abandon() {
        Runnable action = abandoned;
        if (action != null) {
            action.run();
        }
    }

    /// What a call does; its answer goes out when that is done.
    interface Body<T> {
        T run() throws IOException, InterruptedException;
    }

    /// What a call does that has no answer but that it is done.
    interface Action {
        void run() throws IOException, InterruptedException;
    }

    static <T> void answer(StreamObserver<T> observer, Body<T> body) {
        Reply<T> reply = new Reply<>(observer);
        T answer;
        try {
            answer = body.run();
        } catch (Exception e) {
            reply.fail(e);
            return;
        }
        reply.send(answer);
    }

    static void perform(StreamObserver<Empty> observer, Action action) {
        answer(
                observer,
                () -> {
                    action.run();
                    return Empty.getDefaultInstance();
                });
    }

    /// Runs the action when nobody waits for the answer any more.
    void onAbandoned(Runnable action) {
        abandoned = action;
    }

    boolean isAbandoned() {
        return observer.isCancelled();
    }

    void send(T answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }

    void fail(Throwable failure) {
        observer.onError(statusOf(failure));
    }

    static StatusRuntimeException statusOf(Throwable failure) {
        if (failure instanceof StatusRuntimeException status) {
            return status;
        }
        String text = failure.getMessage();
        if (text == null || !(failure instanceof ErrnoException)) {
            text = failure.toString();
        }
        return Status.INTERNAL.withDescription(text).withCause(failure).asRuntimeException();
    }
}
