package io.sunaba.agent.kata;

import io.sunaba.agent.GuestDetails;
import io.sunaba.ttrpc.TtrpcChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A connection on which an agent has answered.
final class AgentConnection implements AutoCloseable {
    private final TtrpcChannel channel;
    private final GuestDetails guestDetails;
    private final boolean ours;
    private final WaitingCalls waiting = new WaitingCalls();

    /// Of whoever uses it now: nothing here may lead to who did before.
    private volatile CompletableFuture<String> lost = new CompletableFuture<>();

    /// @param ours whether it is our own agent, which can do what others cannot
    AgentConnection(TtrpcChannel channel, GuestDetails guestDetails, boolean ours) {
        this.channel = channel;
        this.guestDetails = guestDetails;
        this.ours = ours;
        var _ = channel.ended().exceptionally(this::tell);
    }

    private @Nullable Void tell(Throwable failure) {
        Throwable reason = failure instanceof CompletionException ? failure.getCause() : failure;
        String message = reason == null ? null : reason.getMessage();
        lost.complete(message == null ? failure.toString() : message);
        return null;
    }

    TtrpcChannel channel() {
        return channel;
    }

    GuestDetails guestDetails() {
        return guestDetails;
    }

    boolean ours() {
        return ours;
    }

    WaitingCalls waiting() {
        return waiting;
    }

    /// Tells whether it can still be used.
    boolean open() {
        return !channel.ended().isDone();
    }

    /// Forgets who used it, for the next one.
    void leave() {
        lost = new CompletableFuture<>();
        if (!open()) {
            var _ = channel.ended().exceptionally(this::tell);
        }
    }

    /// A stage of its own for everyone who asks, so that no dependent holds up another, or the
    /// thread that found out.
    CompletionStage<String> lost() {
        return lost.thenApplyAsync(reason -> reason, Thread::startVirtualThread);
    }

    /// Gives the connection up on behalf of somebody else than its user.
    void lose(String reason) {
        lost.complete(reason);
        channel.close();
    }

    @Override
    public void close() {
        channel.close();
    }
}
