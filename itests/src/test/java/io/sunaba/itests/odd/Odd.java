package io.sunaba.itests.odd;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.storage.MetadataStorage;
import java.time.Duration;
import java.util.List;

/// A plugin of every kind, whose methods fail.
public class Odd implements MetadataStorage, Hypervisor, VmFactory, AgentDriver {
    private static final String ODD = "I am odd";

    @Override
    public void save(String key, byte[] value) {
        throw new IllegalStateException(ODD);
    }

    @Override
    @SuppressWarnings("NullAway") // that is its fault
    public byte[] load(String key) {
        return null;
    }

    @Override
    public void delete(String key) {
        throw new IllegalStateException(ODD);
    }

    @Override
    public HypervisorCapabilities capabilities() {
        throw new StackOverflowError(ODD);
    }

    @Override
    public Machine create(MachineSpec spec) {
        throw new IllegalStateException(ODD);
    }

    @Override
    public Machine attach(MachineRecord record) {
        throw new IllegalStateException(ODD);
    }

    @Override
    @SuppressWarnings("NullAway") // that is its fault
    public List<MachineRecord> machines() {
        return null;
    }

    @Override
    public void destroy(String machineId) {
        throw new IllegalStateException(ODD);
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        throw new IllegalStateException(ODD);
    }

    @Override
    @SuppressWarnings("NullAway") // that is its fault
    public Vm newVm(HypervisorConfig config) {
        return null;
    }

    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) {
        throw new IllegalStateException(ODD);
    }
}
