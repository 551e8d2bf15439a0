package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.factory.VmPool;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.hypervisor.HypervisorConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is known of the machines of one class. Guarded by the lock of [Pools].
final class Pool {
    final MachineClass kind;

    /// What its machines are like; the owner does not matter.
    final HypervisorConfig like;

    /// The oldest first.
    final Deque<WaitingMachine> waiting = new ArrayDeque<>();

    int target;
    int making;

    /// When it was last asked for, by [System#nanoTime].
    long asked;

    /// Why it is not full, if something is in the way.
    @Nullable String problem;

    /// Who fills it, while somebody does.
    @Nullable Worker filler;

    Pool(MachineClass kind, HypervisorConfig like, int target) {
        this.kind = requireNonNull(kind, "kind is null");
        this.like = requireNonNull(like, "like is null");
        this.target = target;
    }

    /// How much of the bound it takes.
    long usedBytes() {
        return (waiting.size() + making) * like.memoryBytes();
    }

    /// Takes out the machines that are too many.
    List<WaitingMachine> surplus() {
        List<WaitingMachine> surplus = new ArrayList<>();
        while (waiting.size() > target) {
            surplus.add(waiting.removeFirst());
        }
        return surplus;
    }

    /// Takes out the machines that have waited since before an instant.
    List<WaitingMachine> olderThan(long nanoTime) {
        List<WaitingMachine> old = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.getFirst().since() - nanoTime < 0) {
            old.add(waiting.removeFirst());
        }
        return old;
    }

    VmPool describe() {
        return new VmPool(
                kind.key(),
                kind.hypervisor(),
                like.guest().buildHash(),
                like.vcpus(),
                like.memoryBytes(),
                waiting.size(),
                making,
                target,
                Optional.ofNullable(problem));
    }
}
