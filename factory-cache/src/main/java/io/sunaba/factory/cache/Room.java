package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The memory that all pools have between them. Who was asked for least lately makes way.
///
/// @param boundBytes how much there is
record Room(Collection<Pool> pools, long boundBytes) {
    Room {
        requireNonNull(pools, "pools is null");
    }

    /// Takes out the machines that have to make way for one more in a pool; empty if that does not
    /// get its room.
    Optional<List<WaitingMachine>> forOneMoreIn(Pool wanting) {
        List<Pool> lessWanted =
                pools.stream().filter(pool -> pool.asked - wanting.asked < 0).toList();
        long excess = used() + wanting.like.memoryBytes() - boundBytes;
        long evictable =
                lessWanted.stream()
                        .mapToLong(pool -> pool.waiting.size() * pool.like.memoryBytes())
                        .sum();
        return excess > evictable ? Optional.empty() : Optional.of(evict(lessWanted, excess));
    }

    /// Takes out the machines that are beyond the bound.
    List<WaitingMachine> excess() {
        return evict(pools, used() - boundBytes);
    }

    /// Says why a pool does not get its room.
    String refusal(Pool wanting) {
        return "memory = %d MiB leaves no room for one more machine of %d MiB"
                .formatted(boundBytes >> 20, wanting.like.memoryBytes() >> 20);
    }

    private long used() {
        return pools.stream().mapToLong(Pool::usedBytes).sum();
    }

    private static List<WaitingMachine> evict(Collection<Pool> candidates, long bytes) {
        List<WaitingMachine> evicted = new ArrayList<>();
        long left = bytes;
        List<Pool> leastWantedFirst =
                candidates.stream()
                        .sorted((one, other) -> Long.signum(one.asked - other.asked))
                        .toList();
        for (Pool pool : leastWantedFirst) {
            while (left > 0 && !pool.waiting.isEmpty()) {
                evicted.add(pool.waiting.removeFirst());
                left -= pool.like.memoryBytes();
            }
        }
        return evicted;
    }
}
