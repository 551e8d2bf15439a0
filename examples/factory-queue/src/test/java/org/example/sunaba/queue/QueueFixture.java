package org.example.sunaba.queue;

import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.fake.MemoryFixture;
import io.sunaba.hypervisor.HypervisorConfig;

/// The factory, over one that makes machines in memory.
public final class QueueFixture extends MemoryFixture {
    @Override
    public VmFactory open() {
        return new QueueFactory(this::boot, "2");
    }

    private Vm boot(HypervisorConfig config) throws InterruptedException {
        fakes.hypervisor(config.hypervisor());
        return fakes.newVm(config);
    }

    @Override
    public void openMisconfigured(String value) {
        new QueueFactory(this::boot, value);
    }

    @Override
    public void ready(VmFactory factory) {}

    @Override
    public void close(VmFactory factory) {}
}
