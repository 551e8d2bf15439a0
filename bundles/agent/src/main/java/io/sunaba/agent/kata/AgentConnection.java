package io.sunaba.agent.kata;

import io.sunaba.agent.GuestDetails;
import io.sunaba.ttrpc.TtrpcChannel;
import io.sunaba.ttrpc.TtrpcHandshake.Greeting;
import io.sunaba.ttrpc.left.LeftChannels.Left;
import io.sunaba.ttrpc.left.WaitingCalls;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/// A connection on which an agent has answered, as one user has it. When he leaves, the channel
/// goes on, and nothing of it leads here any more.
final class AgentConnection implements AutoCloseable {
    private final TtrpcChannel channel;
    private final GuestDetails guestDetails;
    private final Optional<Greeting> greeting;
    private final WaitingCalls waiting;
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private final CompletableFuture<Void> over;

    /// @param greeting what an agent of ours said, which can do what others cannot
    /// @param waiting the calls that wait in the guest
    AgentConnection(
            TtrpcChannel channel,
            GuestDetails guestDetails,
            Optional<Greeting> greeting,
            WaitingCalls waiting) {
        this.channel = channel;
        this.guestDetails = guestDetails;
        this.greeting = greeting;
        this.waiting = waiting;
        this.over = channel.ended();
        var _ =
                over.whenComplete((_, failure) -> {
                    if (failure != null) {
                        lost.complete(reason(failure));
                    }
                });
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String message = cause == null ? null : cause.getMessage();
        return message == null ? failure.toString() : message;
    }

    TtrpcChannel channel() {
        return channel;
    }

    GuestDetails guestDetails() {
        return guestDetails;
    }

    boolean ours() {
        return greeting.isPresent();
    }

    WaitingCalls waiting() {
        return waiting;
    }

    /// Completes when the channel has ended, or its user has left.
    CompletionStage<Void> over() {
        return over.minimalCompletionStage();
    }

    /// Lets go of the channel without ending it.
    ///
    /// @return what is left of it, if its user can leave that to another
    Optional<Left> leave() {
        over.complete(null);
        return greeting.map(said -> new Left(channel, said, waiting));
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
