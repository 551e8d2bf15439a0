package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.vmm.machine.SpecRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The arguments of a QEMU process.
///
/// The guest finds on its root bus: the root disk in slot 2, the serial ports in 3, the panic
/// notifier in 4, room for memory in 5, and in slot 8 the bridge behind which devices are plugged.
/// One bridge, because as many PCI Express ports, one for each device, cost every guest half a
/// second when it boots.
final class CommandLine {
    /// The id of the bridge behind which devices are plugged.
    static final String BRIDGE = "bridge";

    /// The id of the device through which memory comes and goes.
    static final String ROOM = "room";

    /// The ids of the devices that a machine has from the start.
    static final Set<String> DEVICES = Set.of("root", "serial", ROOM, BRIDGE);

    /// The first slot behind the bridge, and the last.
    static final int FIRST_SLOT = 1;

    static final int LAST_SLOT = 31;

    /// A guest that panics before it has the panic notifier resets, and so ends the process.
    /// Without `swiotlb`, memory that can grow makes the kernel set 64 MiB aside for devices that
    /// we do not have, which is more than a small guest has.
    private static final String OWN_KERNEL_ARGUMENTS =
            " console=ttyS0 reboot=k panic=-1 swiotlb=noforce";

    private static final String AGENT_PORT = "agent.channel.0";
    private static final int BRIDGE_SLOT = 8;

    /// What Linux takes memory in.
    private static final long ROOM_UNIT = 128 * SpecRules.MEBIBYTE;

    private final List<String> arguments = new ArrayList<>();

    private CommandLine() {}

    /// Builds the arguments for a machine that waits, paused, for the order to run.
    ///
    /// @param memory the saved memory that it goes on with once it was given the state that belongs
    ///   to it, or null if it boots
    static List<String> of(
            MachineSpec spec, QemuFiles files, Acceleration acceleration, @Nullable Path memory) {
        CommandLine line = new CommandLine();
        line.add("-name", name(spec.id()));
        line.add("-S", "-no-reboot", "-nodefaults", "-no-user-config");
        line.add("-display", "none");
        line.add(
                "-sandbox",
                "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        line.board(spec.config(), acceleration);
        line.memory(spec.config().memoryBytes(), memory);
        line.boot(spec.config().guest(), acceleration);
        line.sockets(files);
        line.devices(spec.config().guest().rootDisk());
        line.room(room(spec.config()));
        // The last one: when it connects, all that was named before is there.
        line.add("-chardev", "socket,id=ready,path=" + escaped(files.readySocket()));
        return List.copyOf(line.arguments);
    }

    /// Returns the argument that tells a machine's process from all others.
    static String name(String id) {
        return "guest=sunaba-" + id;
    }

    /// Returns where a guest finds a slot behind the bridge.
    static PciPath path(int slot) {
        return new PciPath("%02x/%02x".formatted(BRIDGE_SLOT, slot));
    }

    /// Returns the bytes that a machine's memory can grow by.
    static long room(HypervisorConfig config) {
        return (config.maximumMemoryBytes() - config.memoryBytes()) / ROOM_UNIT * ROOM_UNIT;
    }

    private void board(HypervisorConfig config, Acceleration acceleration) {
        long memory = config.memoryBytes();
        long room = room(config);
        add("-machine", "q35,memory-backend=memory");
        add("-accel", acceleration.option());
        add("-cpu", acceleration.cpuModel());
        add(
                "-smp",
                "%d,sockets=%d,cores=1,threads=1,maxcpus=%d"
                        .formatted(config.vcpus(), config.maximumVcpus(), config.maximumVcpus()));
        add(
                "-m",
                room == 0
                        ? "%dB".formatted(memory)
                        : "%dB,maxmem=%dB".formatted(memory, memory + room));
    }

    private void memory(long bytes, @Nullable Path saved) {
        if (saved == null) {
            // Shared, so that the daemons of shared directories can reach it, and we to save it.
            add("-object", "memory-backend-memfd,id=memory,size=%dB,share=on".formatted(bytes));
        } else {
            // Not shared: what the guest writes is its own.
            add(
                    "-object",
                    "memory-backend-file,id=memory,size=%dB,share=off,mem-path=%s"
                            .formatted(bytes, escaped(saved)));
            add("-incoming", "defer");
        }
    }

    private void boot(GuestImage guest, Acceleration acceleration) {
        add("-kernel", guest.kernel().toString());
        add("-initrd", guest.initrd().toString());
        add(
                "-append",
                (guest.kernelArguments() + OWN_KERNEL_ARGUMENTS + acceleration.kernelArguments())
                        .strip());
    }

    private void sockets(QemuFiles files) {
        add("-chardev", "socket,id=qmp,server=on,wait=off,path=" + escaped(files.qmpSocket()));
        add("-mon", "chardev=qmp,mode=control");
        add(
                "-chardev",
                "socket,id=files,server=on,wait=off,path=" + escaped(files.descriptorSocket()));
        add("-mon", "chardev=files,mode=control");
        add(
                "-chardev",
                "socket,id=console,server=on,wait=off,path=" + escaped(files.consoleSocket()));
        add("-serial", "chardev:console");
        add("-chardev", "socket,id=agent,server=on,wait=off,path=" + escaped(files.agentSocket()));
    }

    private void devices(Path rootDisk) {
        add("-blockdev", rootDisk(rootDisk).toString());
        add("-device", "virtio-blk-pci,id=root,drive=root,bus=pcie.0,addr=2,disable-legacy=on");
        add("-device", "virtio-serial-pci,id=serial,bus=pcie.0,addr=3,disable-legacy=on");
        add("-device", "virtserialport,bus=serial.0,chardev=agent,name=" + AGENT_PORT);
        add("-device", "pvpanic-pci,bus=pcie.0,addr=4");
        add(
                "-device",
                "pci-bridge,id=%s,bus=pcie.0,addr=%x,chassis_nr=1".formatted(BRIDGE, BRIDGE_SLOT));
    }

    /// Adds memory that the guest has none of at first, and the host need not have either.
    private void room(long bytes) {
        if (bytes > 0) {
            add(
                    "-object",
                    "memory-backend-memfd,id=%s,size=%dB,share=on,reserve=off"
                            .formatted(ROOM, bytes));
            add(
                    "-device",
                    "virtio-mem-pci,id=%s,memdev=%1$s,requested-size=0,bus=pcie.0,addr=5,disable-legacy=on"
                            .formatted(ROOM));
        }
    }

    private static JsonObject rootDisk(Path image) {
        JsonObject file = new JsonObject();
        file.addProperty("driver", "file");
        file.addProperty("filename", image.toString());
        file.addProperty("read-only", true);
        JsonObject disk = new JsonObject();
        disk.addProperty("driver", "raw");
        disk.addProperty("node-name", "root");
        disk.addProperty("read-only", true);
        disk.add("file", file);
        return disk;
    }

    private void add(String... more) {
        arguments.addAll(List.of(more));
    }

    /// QEMU parts its options at commas; a doubled one stands for itself.
    private static String escaped(Path path) {
        return path.toString().replace(",", ",,");
    }
}
