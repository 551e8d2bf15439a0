package io.sunaba.factory.support;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineRecord;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The machines that a factory has for itself. Their owner tells this instance of the factory from
/// those before it, so that what a crash left is found.
public final class Ownership {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    private final String prefix;
    private final String own;

    /// @param factory the name of the factory
    public Ownership(String factory) {
        requireNonNull(factory, "factory is null");
        prefix = factory + "/";
        own = prefix + UUID.randomUUID() + "/";
    }

    /// Returns a config that is this factory's own, for machines of one class.
    public HypervisorConfig own(HypervisorConfig wanted, MachineClass kind) {
        return new HypervisorConfig(
                wanted.hypervisor(),
                own + kind.key(),
                wanted.guest(),
                wanted.vcpus(),
                wanted.maximumVcpus(),
                wanted.memoryBytes(),
                wanted.maximumMemoryBytes(),
                wanted.sharedMemory(),
                wanted.bootTimeout());
    }

    /// Tells whether a machine is one that an instance before this one left.
    public boolean abandoned(String owner) {
        return owner.startsWith(prefix) && !owner.startsWith(own);
    }

    /// Ends the machines that an instance before this one left. What cannot be ended stays for the
    /// next time.
    public void endAbandoned(Hypervisor hypervisor) {
        try {
            for (MachineRecord machine : hypervisor.machines()) {
                if (abandoned(machine.owner())) {
                    LOG.warn("Ending machine {}, left by {}", machine.id(), machine.owner());
                    hypervisor.destroy(machine.id());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("Machines of {} may be left", prefix, e);
        }
    }
}
