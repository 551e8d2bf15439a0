package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.factory.Vm;
import io.sunaba.factory.support.Ending;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.Plugins;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import java.util.function.LongSupplier;

/// Has another factory make machines, and puts them to sleep.
final class Maker {
    private final Plugins plugins;
    private final Ownership ownership;
    private final LongSupplier clock;

    /// @param clock as [System#nanoTime]
    Maker(Plugins plugins, Ownership ownership, LongSupplier clock) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.ownership = requireNonNull(ownership, "ownership is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /// Makes one; nothing is left if this fails.
    ///
    /// @param base the name of the other factory
    WaitingMachine make(String base, MachineClass kind, HypervisorConfig like)
            throws InterruptedException {
        Hypervisor hypervisor = plugins.hypervisor(like.hypervisor());
        Vm vm = plugins.factory(base).newVm(ownership.own(like, kind));
        try {
            // What has run once is quick the next time: under emulation, several times as quick.
            vm.agent().settle();
            vm.machine().pause();
        } catch (RuntimeException | InterruptedException | Error failure) {
            vm.agent().close();
            Ending.of(vm.machine(), failure);
            throw failure;
        }
        return new WaitingMachine(
                like.hypervisor(), hypervisor, vm.machine(), vm.agent(), clock.getAsLong());
    }
}
