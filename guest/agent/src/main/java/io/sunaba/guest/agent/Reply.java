package io.sunaba.guest.agent;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
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
