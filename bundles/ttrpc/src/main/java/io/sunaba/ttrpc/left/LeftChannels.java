package io.sunaba.ttrpc.left;

import static java.util.Objects.requireNonNull;

import io.grpc.ServiceDescriptor;
import io.sunaba.ttrpc.TtrpcChannel;
import io.sunaba.ttrpc.TtrpcHandshake.Greeting;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/// Keeps channels whose users have left for those who come next, and closes those for which nobody
/// comes. Is there also when nobody uses it, and may be called from any thread.
@Component(service = LeftChannels.class, immediate = true)
public final class LeftChannels {
    /// Longer than it takes to replace a bundle on a host that is busy. Not much longer: of a line
    /// that has room for one, nobody else gets hold meanwhile.
    private static final Duration KEPT = Duration.ofSeconds(10);

    /// What is left.
    ///
    /// @param protocol what the calls are described by: who has another copy of it, because its
    ///   bundle was replaced too, cannot go on with them
    /// @param greeting what the peer said of itself when it was connected
    /// @param waiting the calls that wait there
    public record Left(
            TtrpcChannel channel,
            ServiceDescriptor protocol,
            Greeting greeting,
            WaitingCalls waiting) {
        public Left {
            requireNonNull(channel, "channel is null");
            requireNonNull(protocol, "protocol is null");
            requireNonNull(greeting, "greeting is null");
            requireNonNull(waiting, "waiting is null");
        }
    }

    /// @param taken completes with whether somebody has come for it
    private record Kept(Left left, CompletableFuture<Boolean> taken) {}

    private final Map<Object, Kept> channels = new ConcurrentHashMap<>();
    private final Duration patience;
    private volatile boolean stopped;

    @Activate
    public LeftChannels() {
        this(KEPT);
    }

    /// @param patience how long a channel is kept
    public LeftChannels(Duration patience) {
        this.patience = requireNonNull(patience, "patience is null");
    }

    /// Closes all that are kept, and each that comes later.
    @Deactivate
    public void deactivate() {
        stopped = true;
        channels.values().forEach(kept -> kept.taken.complete(false));
    }

    /// Keeps a channel for some time. One to the same peer that is kept already is closed.
    ///
    /// @param peer who is at the other end: of a class that outlives its user
    public void keep(Object peer, Left left) {
        Kept fresh = new Kept(left, new CompletableFuture<>());
        var _ =
                fresh.taken
                        .completeOnTimeout(false, patience.toNanos(), TimeUnit.NANOSECONDS)
                        .thenAcceptAsync(
                                taken -> drop(peer, fresh, taken), Thread::startVirtualThread);
        Kept earlier = channels.put(peer, fresh);
        if (earlier != null) {
            earlier.taken.complete(false);
        }
        if (stopped) {
            fresh.taken.complete(false);
        }
    }

    private void drop(Object peer, Kept kept, boolean taken) {
        channels.remove(peer, kept);
        if (!taken) {
            kept.left.channel.close();
        }
    }

    /// Takes the channel to a peer over, if one was left that has not ended. One for another copy
    /// of the protocol is closed.
    public Optional<Left> takeOver(Object peer, ServiceDescriptor protocol) {
        Kept found = channels.remove(peer);
        if (found == null || !found.taken.complete(isSame(protocol, found.left.protocol))) {
            return Optional.empty();
        }
        return found.taken.join() && !found.left.channel.ended().isDone()
                ? Optional.of(found.left)
                : Optional.empty();
    }

    @SuppressWarnings("ReferenceEquality") // each copy of a protocol has an object of its own
    private static boolean isSame(ServiceDescriptor one, ServiceDescriptor other) {
        return one == other;
    }
}
