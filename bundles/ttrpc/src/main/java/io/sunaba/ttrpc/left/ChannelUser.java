package io.sunaba.ttrpc.left;

import com.google.common.util.concurrent.ListenableFuture;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Who uses a channel, until he leaves. May be called from any thread.
public final class ChannelUser {
    /// The user has left, and an answer is another's.
    public static final class LeftException extends Exception {
        private static final long serialVersionUID = 1L;

        LeftException() {
            super("the connection was left");
        }
    }

    /// Somebody who waits on the user's behalf.
    private static final class Waiter {
        /// Completes with whether the answer has come.
        final CompletableFuture<Boolean> answered = new CompletableFuture<>();
    }

    private final AtomicBoolean left = new AtomicBoolean();
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();

    /// Lets those go that wait for answers; their calls are not ended.
    ///
    /// @return whether he had not left before
    public boolean leave() {
        boolean first = left.compareAndSet(false, true);
        waiters.forEach(waiter -> waiter.answered.complete(false));
        return first;
    }

    public boolean hasLeft() {
        return left.get();
    }

    /// Waits for an answer.
    ///
    /// @throws LeftException if he leaves before it comes, or has left
    /// @throws ExecutionException if the call failed
    public <R> R await(ListenableFuture<R> answer)
            throws InterruptedException, ExecutionException, LeftException {
        Waiter waiter = new Waiter();
        waiters.add(waiter);
        try {
            if (hasLeft()) {
                throw new LeftException();
            }
            CompletableFuture<Boolean> answered = waiter.answered;
            answer.addListener(() -> answered.complete(true), Runnable::run);
            if (!answered.get()) {
                throw new LeftException();
            }
            return answer.get();
        } finally {
            waiters.remove(waiter);
        }
    }
}
