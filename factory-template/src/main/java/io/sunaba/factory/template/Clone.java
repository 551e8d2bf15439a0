package io.sunaba.factory.template;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.Vm;
import io.sunaba.factory.support.Ending;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.SnapshotRestore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/// A machine that goes on from a template's state.
final class Clone {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 16;

    private final Hypervisor hypervisor;
    private final AgentDriver driver;
    private final Path state;

    Clone(Hypervisor hypervisor, AgentDriver driver, Path state) {
        this.hypervisor = requireNonNull(hypervisor, "hypervisor is null");
        this.driver = requireNonNull(driver, "driver is null");
        this.state = requireNonNull(state, "state is null");
    }

    Vm make(HypervisorConfig config) throws InterruptedException {
        MachineSpec spec = new MachineSpec(randomId(), config);
        Machine machine = hypervisor.ability(SnapshotRestore.class).restore(spec, state);
        try {
            machine.resume();
            return new Vm(machine, agent(machine, config));
        } catch (RuntimeException | InterruptedException | Error failure) {
            Ending.of(machine, failure);
            throw failure;
        }
    }

    private Agent agent(Machine machine, HypervisorConfig config) throws InterruptedException {
        // Half of the time, so that some is left to boot one if this one is silent.
        return driver.connect(machine.agentEndpoint(), config.bootTimeout().dividedBy(2));
    }

    private static String randomId() {
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
