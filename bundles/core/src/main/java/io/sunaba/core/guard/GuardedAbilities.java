package io.sunaba.core.guard;

import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.ShareSpec;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.UsageMetrics;
import java.nio.file.Path;

/// The abilities of machines behind the guard of their hypervisor.
final class GuardedAbilities {
    private GuardedAbilities() {}

    /// Returns an ability behind the guard; one that the core does not know is nothing to it.
    static Ability of(Guard guard, Class<? extends Ability> kind, Ability ability) {
        if (kind.equals(DiskHotplug.class)) {
            return new Disks(guard, (DiskHotplug) ability);
        }
        if (kind.equals(ShareHotplug.class)) {
            return new Shares(guard, (ShareHotplug) ability);
        }
        if (kind.equals(InterfaceHotplug.class)) {
            return new Interfaces(guard, (InterfaceHotplug) ability);
        }
        if (kind.equals(Resize.class)) {
            return new Sizes(guard, (Resize) ability);
        }
        if (kind.equals(UsageMetrics.class)) {
            return new Usage(guard, (UsageMetrics) ability);
        }
        if (kind.equals(Snapshot.class)) {
            return new Saved(guard, (Snapshot) ability);
        }
        return ability;
    }

    private record Disks(Guard guard, DiskHotplug disks) implements DiskHotplug {
        @Override
        public PciPath plugDisk(DiskSpec disk) throws InterruptedException {
            return guard.call("plugDisk", () -> disks.plugDisk(disk));
        }

        @Override
        public void unplugDisk(String diskId) throws InterruptedException {
            guard.run("unplugDisk", () -> disks.unplugDisk(diskId));
        }
    }

    private record Shares(Guard guard, ShareHotplug shares) implements ShareHotplug {
        @Override
        public void plugShare(ShareSpec share) throws InterruptedException {
            guard.run("plugShare", () -> shares.plugShare(share));
        }

        @Override
        public void unplugShare(String shareId) throws InterruptedException {
            guard.run("unplugShare", () -> shares.unplugShare(shareId));
        }
    }

    private record Interfaces(Guard guard, InterfaceHotplug interfaces)
            implements InterfaceHotplug {
        @Override
        public PciPath plugInterface(InterfaceSpec spec) throws InterruptedException {
            return guard.call("plugInterface", () -> interfaces.plugInterface(spec));
        }

        @Override
        public void unplugInterface(String interfaceId) throws InterruptedException {
            guard.run("unplugInterface", () -> interfaces.unplugInterface(interfaceId));
        }
    }

    private record Sizes(Guard guard, Resize resize) implements Resize {
        @Override
        public int resizeVcpus(int vcpus) throws InterruptedException {
            return guard.call("resizeVcpus", () -> resize.resizeVcpus(vcpus));
        }

        @Override
        public long resizeMemory(long memoryBytes) throws InterruptedException {
            return guard.call("resizeMemory", () -> resize.resizeMemory(memoryBytes));
        }
    }

    private record Usage(Guard guard, UsageMetrics metrics) implements UsageMetrics {
        @Override
        public MachineUsage usage() throws InterruptedException {
            return guard.call("usage", metrics::usage);
        }
    }

    /// Writes all of a machine's memory, and takes its time.
    private record Saved(Guard guard, Snapshot snapshot) implements Snapshot {
        @Override
        public void save(Path directory) throws InterruptedException {
            guard.awaitEnd("save", () -> snapshot.save(directory));
        }
    }
}
