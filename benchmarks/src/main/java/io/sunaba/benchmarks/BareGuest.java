package io.sunaba.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.sunaba.guest.protocol.AddDeviceRequest;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.AgentServiceGrpc.AgentServiceBlockingStub;
import io.sunaba.guest.protocol.DevicesGrpc;
import io.sunaba.guest.protocol.DevicesGrpc.DevicesBlockingStub;
import io.sunaba.guest.protocol.ExecProcessRequest;
import io.sunaba.guest.protocol.IPAddress;
import io.sunaba.guest.protocol.Interface;
import io.sunaba.guest.protocol.NetworkGrpc;
import io.sunaba.guest.protocol.NetworkGrpc.NetworkBlockingStub;
import io.sunaba.guest.protocol.OnlineCPUMemRequest;
import io.sunaba.guest.protocol.Process;
import io.sunaba.guest.protocol.ReadStreamRequest;
import io.sunaba.guest.protocol.RemoveDeviceRequest;
import io.sunaba.guest.protocol.Route;
import io.sunaba.guest.protocol.Routes;
import io.sunaba.guest.protocol.SetNameServersRequest;
import io.sunaba.guest.protocol.UpdateInterfaceRequest;
import io.sunaba.guest.protocol.UpdateRoutesRequest;
import io.sunaba.guest.protocol.WaitProcessRequest;
import io.sunaba.ttrpc.TtrpcChannel;
import io.sunaba.ttrpc.TtrpcConnection;
import io.sunaba.ttrpc.TtrpcHandshake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The floor: a machine that a platform made and left alone, with QEMU's monitor and the agent in
/// its guest, each asked no more than the thing takes.
final class BareGuest implements Guest, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_NANOS = 1_000_000;
    private static final String DISK = "bare-disk";
    private static final String NIC = "bare-nic";
    private static final String MAC = "02:00:00:00:00:01";
    private static final int READ = 64 << 10;

    /// Slots that the platform has not used.
    private static final int DISK_SLOT = 20;

    private static final int NIC_SLOT = 21;

    private final Monitor monitor;
    private final TtrpcChannel channel;
    private final AgentServiceBlockingStub agent;
    private final DevicesBlockingStub devices;
    private final NetworkBlockingStub network;
    private final Path disk;
    private int processes;

    private BareGuest(Monitor monitor, TtrpcChannel channel, Path disk) {
        this.monitor = monitor;
        this.channel = channel;
        this.agent = AgentServiceGrpc.newBlockingStub(channel);
        this.devices = DevicesGrpc.newBlockingStub(channel);
        this.network = NetworkGrpc.newBlockingStub(channel);
        this.disk = disk;
    }

    /// Takes the machine whose sockets are in the directory; nobody else may be connected to them.
    ///
    /// @param disk an image with ext4
    static BareGuest in(Path directory, Path disk) throws IOException {
        Monitor monitor = Monitor.on(Monitor.socket(directory.resolve("qmp.sock")));
        TtrpcConnection connection =
                TtrpcConnection.of(Monitor.socket(directory.resolve("agent.sock")));
        TtrpcHandshake.open(connection, PATIENCE);
        return new BareGuest(monitor, TtrpcChannel.open("bare guest", connection), disk);
    }

    private String execute(String command, String arguments) throws IOException {
        return monitor.execute(
                "{\"execute\": \"%s\", \"arguments\": {%s}}".formatted(command, arguments));
    }

    private void plug(String device, int slot, String properties) throws IOException {
        execute(
                "device_add",
                "\"id\": \"%s\", \"bus\": \"bridge\", \"addr\": \"%x\", \"disable-legacy\": \"on\", %s"
                        .formatted(device, slot, properties));
    }

    private void unplug(String device) throws IOException {
        execute("device_del", "\"id\": \"%s\"".formatted(device));
        monitor.awaitDeleted(device);
    }

    @Override
    public void plugDisk() throws IOException {
        execute(
                "blockdev-add",
                """
                "driver": "raw", "node-name": "%s", "file": {"driver": "file", "filename": "%s"}\
                """
                        .formatted(DISK, disk));
        plug(DISK, DISK_SLOT, "\"driver\": \"virtio-blk-pci\", \"drive\": \"%s\"".formatted(DISK));
        var _ =
                devices.addDevice(
                        AddDeviceRequest.newBuilder()
                                .setContainerId(CONTAINER)
                                .setDeviceId(DISK)
                                .setDriver("blk")
                                .setSource("08/%02x".formatted(DISK_SLOT))
                                .setFstype("ext4")
                                .setDestination(DISK_PLACE)
                                .build());
    }

    @Override
    public void unplugDisk() throws IOException {
        var _ =
                devices.removeDevice(
                        RemoveDeviceRequest.newBuilder()
                                .setContainerId(CONTAINER)
                                .setDeviceId(DISK)
                                .build());
        unplug(DISK);
        execute("blockdev-del", "\"node-name\": \"%s\"".formatted(DISK));
    }

    @Override
    public void plugInterface() throws IOException {
        execute(
                "netdev_add",
                "\"type\": \"user\", \"id\": \"%s\", \"net\": \"10.0.2.0/24\"".formatted(NIC));
        plug(
                NIC,
                NIC_SLOT,
                "\"driver\": \"virtio-net-pci\", \"netdev\": \"%s\", \"mac\": \"%s\", \"host_mtu\": 1500, \"romfile\": \"\""
                        .formatted(NIC, MAC));
        var _ =
                agent.updateInterface(
                        UpdateInterfaceRequest.newBuilder()
                                .setInterface(
                                        Interface.newBuilder()
                                                .setDevice("eth0")
                                                .setName("eth0")
                                                .setHwAddr(MAC)
                                                .setMtu(1500)
                                                .addIPAddresses(
                                                        IPAddress.newBuilder()
                                                                .setAddress("10.0.2.15")
                                                                .setMask("24")))
                                .build());
        var _ =
                agent.updateRoutes(
                        UpdateRoutesRequest.newBuilder()
                                .setRoutes(
                                        Routes.newBuilder()
                                                .addRoutes(
                                                        Route.newBuilder()
                                                                .setGateway("10.0.2.2")
                                                                .setDevice("eth0")))
                                .build());
        var _ =
                network.setNameServers(
                        SetNameServersRequest.newBuilder().addAddresses("10.0.2.3").build());
    }

    @Override
    public void unplugInterface() throws IOException {
        unplug(NIC);
        execute("netdev_del", "\"id\": \"%s\"".formatted(NIC));
        var _ = network.setNameServers(SetNameServersRequest.getDefaultInstance());
    }

    @Override
    public void plugMemory() throws IOException {
        resize(Hotplug.MORE_MEMORY);
        var _ =
                agent.onlineCPUMem(
                        OnlineCPUMemRequest.newBuilder().setWait(true).setNbCpus(1).build());
    }

    @Override
    public void unplugMemory() throws IOException {
        resize(0);
    }

    private void resize(long bytes) throws IOException {
        execute(
                "qom-set",
                "\"path\": \"/machine/peripheral/room\", \"property\": \"requested-size\", \"value\": %d"
                        .formatted(bytes));
        while (addedMemory() != bytes) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private long addedMemory() throws IOException {
        return JsonParser.parseString(execute("query-memory-devices", ""))
                .getAsJsonObject()
                .getAsJsonArray("return")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("data")
                .get("size")
                .getAsLong();
    }

    @Override
    public String run(String script) throws IOException {
        String process = "bench-" + ++processes;
        var _ =
                agent.execProcess(
                        ExecProcessRequest.newBuilder()
                                .setContainerId(CONTAINER)
                                .setExecId(process)
                                .setProcess(
                                        Process.newBuilder()
                                                .setCwd("/")
                                                .addEnv("PATH=/bin")
                                                .addArgs("/bin/sh")
                                                .addArgs("-c")
                                                .addArgs(script))
                                .build());
        String output = output(process);
        int code =
                agent.waitProcess(
                                WaitProcessRequest.newBuilder()
                                        .setContainerId(CONTAINER)
                                        .setExecId(process)
                                        .build())
                        .getStatus();
        if (code != 0) {
            throw new IOException("%s ended with %d: %s".formatted(script, code, output));
        }
        return output;
    }

    private String output(String process) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ReadStreamRequest request =
                ReadStreamRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(process)
                        .setLen(READ)
                        .build();
        for (ByteString data = agent.readStdout(request).getData();
                !data.isEmpty();
                data = agent.readStdout(request).getData()) {
            data.writeTo(output);
        }
        return output.toString(UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        monitor.close();
    }
}
