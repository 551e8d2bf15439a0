package io.sunaba.core.guard;

import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.HypervisorConfig;

/// A VM factory plugin behind its guard. What it returns is of other plugins, which have guards of
/// their own.
public record GuardedFactory(Guard guard, VmFactory factory) implements VmFactory {
    @Override
    public Vm newVm(HypervisorConfig config) throws InterruptedException {
        Vm vm =
                guard.make(
                        "newVm",
                        config.bootTimeout(),
                        () -> factory.newVm(config),
                        GuardedFactory::end);
        Guard hypervisor = guard.of("the hypervisor plugin '%s'".formatted(config.hypervisor()));
        return new Vm(
                GuardedMachine.of(hypervisor, vm.machine()),
                GuardedAgent.of(guard.of("the agent of " + config.owner()), vm.agent()));
    }

    private static void end(Vm late) {
        try (var _ = late.agent()) {
            late.machine().stop();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
