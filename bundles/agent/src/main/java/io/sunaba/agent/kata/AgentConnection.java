package io.sunaba.agent.kata;

import io.grpc.ServiceDescriptor;
import io.sunaba.agent.GuestDetails;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.ttrpc.TtrpcChannel;
import io.sunaba.ttrpc.TtrpcHandshake.Greeting;
import io.sunaba.ttrpc.left.LeftChannels.Left;
import io.sunaba.ttrpc.left.WaitingCalls;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/// A connection on which an agent has answered, as one user has it. When he leaves, the channel
/// goes on, and nothing of it leads here any more.
final class AgentConnection implements AutoCloseable {
    static final ServiceDescriptor PROTOCOL = AgentServiceGrpc.getServiceDescriptor();

    private final TtrpcChannel channel;
    private final GuestDetails guestDetails;
    private final boolean ours;
    private final WaitingCalls waiting;
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private final CompletableFuture<Void> over;

    /// @param ours whether it is our own agent, which can do what others cannot
    AgentConnection(TtrpcChannel channel, GuestDetails guestDetails, boolean ours) {
        this(channel, guestDetails, ours, new WaitingCalls());
    }

    /// Goes on with what was left, which only our own agents are good for.
    AgentConnection(Left left) {
        this(
                left.channel(),
                new GuestDetails(
                        left.greeting().agentVersion(),
                        left.greeting().protocolVersion(),
                        left.greeting().buildHash()),
                true,
                left.waiting());
    }

    private AgentConnection(
            TtrpcChannel channel, GuestDetails guestDetails, boolean ours, WaitingCalls waiting) {
        this.channel = channel;
        this.guestDetails = guestDetails;
        this.ours = ours;
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
        return ours;
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
    /// @return what is left for another
    Left leave() {
        over.complete(null);
        Greeting greeting =
                new Greeting(
                        guestDetails.agentVersion(),
                        guestDetails.buildHash(),
                        guestDetails.protocolVersion());
        return new Left(channel, PROTOCOL, greeting, waiting);
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
