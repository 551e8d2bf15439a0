package io.sunaba.hypervisor.clh;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.vmm.machine.SpecRules;
import io.sunaba.vmm.machine.VmmProgram;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a machine is started, and what it is at first.
///
/// The guest finds on its one bus: the root disk in slot 2, the vsock device in 3, what Cloud
/// Hypervisor adds by itself in the slots after it, and devices that are plugged from slot 8 on.
final class CommandLine {
    /// The first slot for devices that are plugged, and the last.
    static final int FIRST_SLOT = 8;

    static final int LAST_SLOT = 31;

    /// The device that every machine has from the start.
    static final String ROOT = "root";

    /// The one zone of a machine's memory, by the name that Cloud Hypervisor gives it.
    static final String ZONE = "mem0";

    /// Becomes Cloud Hypervisor, which holds both ends of the pipe for events: so the pipe has no
    /// end before it has, and what nobody reads is dropped.
    private static final String SCRIPT = "exec \"$@\" 3<>\"$0\"";

    /// A guest that panics resets, which is an event.
    private static final String OWN_KERNEL_ARGUMENTS =
            " console=ttyS0 reboot=k panic=-1 swiotlb=noforce";

    private static final int ROOT_SLOT = 2;
    private static final int VSOCK_SLOT = 3;

    /// Each machine has its own socket for connections, so all can have the same address.
    private static final int GUEST_ADDRESS = 3;

    /// What Linux takes memory in.
    private static final long ROOM_UNIT = 128 * SpecRules.MEBIBYTE;

    private CommandLine() {}

    /// Returns the arguments of the shell that starts Cloud Hypervisor.
    static List<String> of(VmmProgram.Found program, ClhFiles files) {
        return List.of(
                "-c",
                SCRIPT,
                files.events().toString(),
                program.program().file().toString(),
                "--api-socket",
                name(files),
                "--event-monitor",
                "fd=3",
                "--seccomp",
                "true");
    }

    /// Returns the argument that tells a machine's process from all others.
    static String name(ClhFiles files) {
        return "path=" + files.apiSocket();
    }

    /// Returns the bytes that a machine's memory can grow by.
    static long room(HypervisorConfig config) {
        return (config.maximumMemoryBytes() - config.memoryBytes()) / ROOM_UNIT * ROOM_UNIT;
    }

    /// Returns what a machine is that boots.
    static VmConfig config(MachineSpec spec, ClhFiles files) {
        HypervisorConfig config = spec.config();
        GuestImage guest = config.guest();
        @Nullable Long room = room(config) == 0 ? null : Long.valueOf(room(config));
        return new VmConfig(
                new VmConfig.Cpus(config.vcpus(), config.maximumVcpus()),
                // Shared, so that the daemons of shared directories can reach it.
                new VmConfig.Memory(
                        config.memoryBytes(), true, room == null ? null : "VirtioMem", room, null),
                new VmConfig.Payload(
                        guest.kernel().toString(),
                        (guest.kernelArguments() + OWN_KERNEL_ARGUMENTS).strip(),
                        guest.initrd().toString()),
                List.of(
                        new VmConfig.Disk(
                                ROOT,
                                guest.rootDisk().toString(),
                                true,
                                false,
                                "Raw",
                                null,
                                ROOT_SLOT)),
                null,
                null,
                new VmConfig.Serial("Socket", files.consoleSocket().toString()),
                new VmConfig.Console("Off"),
                new VmConfig.Vsock("vsock", GUEST_ADDRESS, files.vsock().toString(), VSOCK_SLOT),
                true);
    }
}
