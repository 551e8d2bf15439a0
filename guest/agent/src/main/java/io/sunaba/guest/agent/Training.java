package io.sunaba.guest.agent;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.AgentServiceGrpc.AgentServiceBlockingStub;
import io.sunaba.guest.protocol.CheckRequest;
import io.sunaba.guest.protocol.CloseStdinRequest;
import io.sunaba.guest.protocol.CreateContainerRequest;
import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.DestroySandboxRequest;
import io.sunaba.guest.protocol.ExecProcessRequest;
import io.sunaba.guest.protocol.GetMetricsRequest;
import io.sunaba.guest.protocol.GuestDetailsRequest;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.Linux;
import io.sunaba.guest.protocol.LinuxCapabilities;
import io.sunaba.guest.protocol.LinuxNamespace;
import io.sunaba.guest.protocol.ListProcessesRequest;
import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.NetworkGrpc;
import io.sunaba.guest.protocol.POSIXRlimit;
import io.sunaba.guest.protocol.PrepareRequest;
import io.sunaba.guest.protocol.Process;
import io.sunaba.guest.protocol.ReadStreamRequest;
import io.sunaba.guest.protocol.RemoveContainerRequest;
import io.sunaba.guest.protocol.Root;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.guest.protocol.SessionGrpc.SessionBlockingStub;
import io.sunaba.guest.protocol.SignalProcessRequest;
import io.sunaba.guest.protocol.Spec;
import io.sunaba.guest.protocol.StartContainerRequest;
import io.sunaba.guest.protocol.StatsContainerRequest;
import io.sunaba.guest.protocol.Storage;
import io.sunaba.guest.protocol.WaitProcessRequest;
import io.sunaba.guest.protocol.WriteStreamRequest;
import io.sunaba.ttrpc.TtrpcChannel;
import io.sunaba.ttrpc.TtrpcConnection;
import io.sunaba.ttrpc.TtrpcHandshake;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Plays the host for an agent, through a pseudo-terminal, while the guest image is built: the
/// classes and code of a usual session end up in the AOT cache.
public final class Training {
    private static final long TCSETS = 0x5402;
    private static final long TIOCSPTLCK = 0x40045431;
    private static final long TIOCGPTN = 0x80045430L;
    private static final String CONTAINER = "training";
    private static final String EXEC = "exec";
    private static final int ROUNDS = 3;

    private Training() {}

    /// @param arguments the command that starts the agent, but for the terminal's file at its end
    public static void main(String[] arguments) throws Exception {
        SystemCalls calls = new LinuxSystemCalls();
        int line = calls.open("/dev/ptmx", SystemCalls.O_RDWR | SystemCalls.O_NOCTTY);
        List<String> command = new ArrayList<>(List.of(arguments));
        String port = makeRaw(calls, line);
        command.add(port);
        calls.spawn(command, Map.of(), 0, 1, 2);
        TtrpcConnection connection =
                new TtrpcConnection(
                        new DescriptorStreams.Input(calls, line),
                        new DescriptorStreams.Output(calls, line),
                        () -> {});
        TtrpcHandshake.open(connection, Duration.ofSeconds(30));
        TtrpcChannel channel = TtrpcChannel.open(CONTAINER, connection);
        HealthGrpc.newBlockingStub(channel).check(CheckRequest.getDefaultInstance());
        HealthGrpc.newBlockingStub(channel).version(CheckRequest.getDefaultInstance());
        AgentServiceBlockingStub agent = AgentServiceGrpc.newBlockingStub(channel);
        TrainingNetwork network = new TrainingNetwork(calls);
        for (int round = 0; round < ROUNDS; round++) {
            session(agent, SessionGrpc.newBlockingStub(channel));
            network.session(agent, NetworkGrpc.newBlockingStub(channel), round);
        }
        hangUp(calls, line, port);
        // The agent sees that, and ends, which is when the cache is written.
        calls.waitForAny();
        System.exit(0);
    }

    /// Makes the terminal carry bytes as they are, and gives the file of its other side.
    private static String makeRaw(SystemCalls calls, int line) throws ErrnoException {
        // struct termios: input, output, control (8 bits, receiver on) and local modes, then a
        // discipline and the control characters, of which only the least count (6) matters.
        byte[] modes =
                ByteBuffer.allocate(60).order(ByteOrder.nativeOrder()).putInt(8, 0xb0).array();
        modes[17 + 6] = 1;
        calls.control(line, TCSETS, modes);
        calls.control(line, TIOCSPTLCK, new byte[4]);
        byte[] number = new byte[4];
        calls.control(line, TIOCGPTN, number);
        return "/dev/pts/" + ByteBuffer.wrap(number).order(ByteOrder.nativeOrder()).getInt();
    }

    /// A terminal stays as long as somebody reads from it: what is no frame ends the reader first.
    private static void hangUp(SystemCalls calls, int line, String port) throws ErrnoException {
        int other = calls.open(port, SystemCalls.O_RDWR | SystemCalls.O_NOCTTY);
        calls.write(other, new byte[16], 0, 16);
        calls.close(other);
        calls.close(line);
    }

    private static void session(AgentServiceBlockingStub agent, SessionBlockingStub session) {
        CreateSandboxRequest sandbox =
                CreateSandboxRequest.newBuilder()
                        .setHostname(CONTAINER)
                        .addDns("nameserver 127.0.0.1")
                        .addStorages(tmpfs("/run/kata-containers/sandbox/shm"))
                        .build();
        prepare(session, sandbox);
        agent.createSandbox(sandbox);
        agent.getGuestDetails(GuestDetailsRequest.newBuilder().setMemBlockSize(true).build());
        agent.createContainer(
                CreateContainerRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(CONTAINER)
                        .addStorages(tmpfs("/run/kata-containers/training/lower"))
                        .setOCI(spec())
                        .build());
        agent.startContainer(StartContainerRequest.newBuilder().setContainerId(CONTAINER).build());
        agent.execProcess(
                ExecProcessRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(EXEC)
                        .setProcess(process())
                        .build());
        readAll(agent, EXEC);
        waitFor(agent, EXEC);
        agent.statsContainer(StatsContainerRequest.newBuilder().setContainerId(CONTAINER).build());
        agent.getMetrics(GetMetricsRequest.getDefaultInstance());
        agent.listProcesses(
                ListProcessesRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setFormat("json")
                        .build());
        agent.writeStdin(
                WriteStreamRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(CONTAINER)
                        .setData(ByteString.copyFrom(new byte[1000]))
                        .build());
        agent.closeStdin(
                CloseStdinRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(CONTAINER)
                        .build());
        readAll(agent, CONTAINER);
        waitFor(agent, CONTAINER);
        agent.signalProcess(
                SignalProcessRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(CONTAINER)
                        .setSignal(SystemCalls.SIGKILL)
                        .build());
        agent.removeContainer(
                RemoveContainerRequest.newBuilder().setContainerId(CONTAINER).build());
        agent.destroySandbox(DestroySandboxRequest.getDefaultInstance());
    }

    /// Up to the clock, which is that of the build's host: there is no such time.
    private static void prepare(SessionBlockingStub session, CreateSandboxRequest sandbox) {
        try {
            var _ =
                    session.prepare(
                            PrepareRequest.newBuilder().setUsec(-1).setSandbox(sandbox).build());
            throw new IllegalStateException("the clock was set");
        } catch (StatusRuntimeException e) {
            // As it is to be.
        }
    }

    private static void readAll(AgentServiceBlockingStub agent, String process) {
        ReadStreamRequest request =
                ReadStreamRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(process)
                        .setLen(OutputPipe.MAX_READ)
                        .build();
        while (!agent.readStdout(request).getData().isEmpty()) {
            // Until its end.
        }
        while (!agent.readStderr(request).getData().isEmpty()) {
            // Until its end.
        }
    }

    private static void waitFor(AgentServiceBlockingStub agent, String process) {
        agent.waitProcess(
                WaitProcessRequest.newBuilder()
                        .setContainerId(CONTAINER)
                        .setExecId(process)
                        .build());
    }

    private static Storage tmpfs(String mountPoint) {
        return Storage.newBuilder()
                .setDriver("ephemeral")
                .setSource("tmpfs")
                .setFstype("tmpfs")
                .addOptions("nosuid")
                .addOptions("size=64k")
                .setMountPoint(mountPoint)
                .build();
    }

    private static Process process() {
        return Process.newBuilder()
                .addArgs("/bin/sh")
                .addEnv("PATH=/bin")
                .setCwd("/")
                .setCapabilities(LinuxCapabilities.newBuilder().addBounding("CAP_KILL"))
                .addRlimits(
                        POSIXRlimit.newBuilder()
                                .setType("RLIMIT_NOFILE")
                                .setHard(1024)
                                .setSoft(1024))
                .build();
    }

    private static Spec spec() {
        return Spec.newBuilder()
                .setVersion("1.0.2")
                .setProcess(process())
                .setRoot(Root.newBuilder().setPath("/run/kata-containers/training/lower"))
                .addMounts(
                        Mount.newBuilder()
                                .setDestination("/proc")
                                .setType("proc")
                                .setSource("proc")
                                .addOptions("nosuid"))
                .setLinux(
                        Linux.newBuilder()
                                .addNamespaces(LinuxNamespace.newBuilder().setType("pid"))
                                .addMaskedPaths("/proc/kcore"))
                .build();
    }
}
