package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The arguments of a QEMU process.
///
/// The guest finds on its root bus: the root disk in slot 2, the serial ports in 3, the panic
/// notifier in 4, and from slot 8 on, eight to a slot, the ports into which devices are plugged.
final class CommandLine {
    /// How many devices can be plugged at once.
    static final int PORTS = 24;

    /// The name of the agent's serial port in the guest.
    static final String AGENT_PORT = "agent.channel.0";

    private static final int FIRST_PORT_SLOT = 8;
    private static final int FUNCTIONS = 8;
    private static final int MEMORY_SLOTS = 16;

    private final List<String> arguments = new ArrayList<>();

    private CommandLine() {}

    /// Builds the arguments for a machine that waits, paused, for the order to run.
    static List<String> of(MachineSpec spec, MachineFiles files, Acceleration acceleration) {
        CommandLine line = new CommandLine();
        line.add("-name", name(spec.id()));
        line.add("-S", "-no-reboot", "-nodefaults", "-no-user-config");
        line.add("-display", "none");
        line.add(
                "-sandbox",
                "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        line.board(spec.config(), acceleration);
        line.boot(spec.config().guest());
        line.sockets(files);
        line.devices(spec.config().guest().rootDisk());
        line.ports();
        // The last one: when it connects, all that was named before is there.
        line.add("-chardev", "socket,id=ready,path=" + escaped(files.readySocket()));
        return List.copyOf(line.arguments);
    }

    /// Returns the argument that tells a machine's process from all others.
    static String name(String id) {
        return "guest=sunaba-" + id;
    }

    /// Returns the id of a port.
    static String portId(int port) {
        return "port" + port;
    }

    /// Returns where on the root bus a port is: its slot, and its function if that is not 0.
    static String portAddress(int port) {
        int function = port % FUNCTIONS;
        return "%02x".formatted(FIRST_PORT_SLOT + port / FUNCTIONS)
                + (function == 0 ? "" : "." + function);
    }

    private void board(HypervisorConfig config, Acceleration acceleration) {
        long memory = config.memoryBytes();
        long maximum = config.maximumMemoryBytes();
        add("-machine", "q35,memory-backend=memory");
        add("-accel", acceleration.option());
        add("-cpu", acceleration.cpuModel());
        add(
                "-smp",
                "%d,sockets=%d,cores=1,threads=1,maxcpus=%d"
                        .formatted(config.vcpus(), config.maximumVcpus(), config.maximumVcpus()));
        add(
                "-m",
                maximum == memory
                        ? "%dB".formatted(memory)
                        : "%dB,slots=%d,maxmem=%dB".formatted(memory, MEMORY_SLOTS, maximum));
        // Shared, so that the daemons of shared directories can reach it.
        add("-object", "memory-backend-memfd,id=memory,size=%dB,share=on".formatted(memory));
    }

    private void boot(GuestImage guest) {
        add("-kernel", guest.kernel().toString());
        add("-initrd", guest.initrd().toString());
        // A guest that panics before it has the panic notifier resets, and so ends the process.
        add("-append", (guest.kernelArguments() + " console=ttyS0 reboot=k panic=-1").strip());
    }

    private void sockets(MachineFiles files) {
        add("-chardev", "socket,id=qmp,server=on,wait=off,path=" + escaped(files.qmpSocket()));
        add("-mon", "chardev=qmp,mode=control");
        add("-chardev", "file,id=console,append=on,path=" + escaped(files.console()));
        add("-serial", "chardev:console");
        add("-chardev", "socket,id=agent,server=on,wait=off,path=" + escaped(files.agentSocket()));
    }

    private void devices(Path rootDisk) {
        add("-blockdev", rootDisk(rootDisk).toString());
        add("-device", "virtio-blk-pci,id=root,drive=root,bus=pcie.0,addr=2,disable-legacy=on");
        add("-device", "virtio-serial-pci,id=serial,bus=pcie.0,addr=3,disable-legacy=on");
        add("-device", "virtserialport,bus=serial.0,chardev=agent,name=" + AGENT_PORT);
        add("-device", "pvpanic-pci,bus=pcie.0,addr=4");
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

    private void ports() {
        for (int port = 0; port < PORTS; port++) {
            add(
                    "-device",
                    "pcie-root-port,id=%s,bus=pcie.0,chassis=%d,slot=%d,multifunction=on,addr=%s"
                            .formatted(portId(port), port + 1, port + 1, portAddress(port)));
        }
    }

    private void add(String... more) {
        arguments.addAll(List.of(more));
    }

    /// QEMU parts its options at commas; a doubled one stands for itself.
    private static String escaped(Path path) {
        return path.toString().replace(",", ",,");
    }
}
