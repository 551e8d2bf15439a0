package io.sunaba.factory.support.fake;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.tck.factory.FactoryFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A host in memory, for a factory on it.
public abstract class MemoryFixture implements FactoryFixture {
    protected final FakeMachines fakes = new FakeMachines("nobody/");

    @Override
    public HypervisorConfig config(String owner) {
        return new HypervisorConfig(
                FakeMachines.NAME,
                owner,
                new GuestImage(Path.of("/k"), Path.of("/i"), Path.of("/r"), "quiet", "build"),
                1,
                1,
                1 << 20,
                1 << 20,
                false,
                Duration.ofSeconds(20));
    }

    @Override
    public List<MachineRecord> machines() {
        return fakes.machines();
    }

    @Override
    public int sessions() {
        return fakes.openAgents.get();
    }

    @Override
    public Trouble silence() {
        return fakes.silence()::run;
    }

    @Override
    public Trouble death() {
        fakes.deadly = true;
        return () -> fakes.deadly = false;
    }

    @Override
    public void close() {}
}
