package io.sunaba.tck.factory;

import io.sunaba.factory.Vm;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.tck.Expect;
import java.time.Duration;
import java.util.List;

/// What is seen of machines on the host.
final class Host {
    private Host() {}

    static List<String> owned(FactoryFixture fixture, String owner) throws Exception {
        return fixture.machines().stream()
                .filter(machine -> machine.owner().equals(owner))
                .map(MachineRecord::id)
                .toList();
    }

    static List<String> ids(FactoryFixture fixture) throws Exception {
        return fixture.machines().stream().map(MachineRecord::id).sorted().toList();
    }

    /// Expects a machine as it is when it was just handed out.
    static void expectGood(FactoryFixture fixture, Vm vm, String owner) throws Exception {
        Expect.equal("state", MachineState.RUNNING, vm.machine().state());
        Expect.equal("owner", owner, vm.machine().record().owner());
        Expect.that(owned(fixture, owner).contains(vm.machine().id()), "the host has it");
        vm.agent().check();
    }

    /// Ends a machine that was handed out, as whoever got it does.
    static void end(Vm vm) throws InterruptedException {
        vm.agent().close();
        vm.machine().stop();
        vm.machine().close();
    }

    static HypervisorConfig withSharedMemory(HypervisorConfig config) {
        return new HypervisorConfig(
                config.hypervisor(),
                config.owner(),
                config.guest(),
                config.vcpus(),
                config.maximumVcpus(),
                config.memoryBytes(),
                config.maximumMemoryBytes(),
                true,
                config.bootTimeout());
    }

    static HypervisorConfig with(HypervisorConfig config, String hypervisor, Duration bootTimeout) {
        return new HypervisorConfig(
                hypervisor,
                config.owner(),
                config.guest(),
                config.vcpus(),
                config.maximumVcpus(),
                config.memoryBytes(),
                config.maximumMemoryBytes(),
                config.sharedMemory(),
                bootTimeout);
    }
}
