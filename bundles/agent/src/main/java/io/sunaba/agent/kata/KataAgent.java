package io.sunaba.agent.kata;

import static io.sunaba.agent.kata.StreamCalls.Output.STDERR;
import static io.sunaba.agent.kata.StreamCalls.Output.STDOUT;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestContainer;
import io.sunaba.agent.GuestDetails;
import io.sunaba.agent.GuestDevice;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.agent.StreamPosition;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.CheckRequest;
import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.DestroySandboxRequest;
import io.sunaba.guest.protocol.DevicesGrpc;
import io.sunaba.guest.protocol.GetMetricsRequest;
import io.sunaba.guest.protocol.GetOOMEventRequest;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.ListInterfacesRequest;
import io.sunaba.guest.protocol.ListProcessesRequest;
import io.sunaba.guest.protocol.ListRoutesRequest;
import io.sunaba.guest.protocol.NetworkGrpc;
import io.sunaba.guest.protocol.OnlineCPUMemRequest;
import io.sunaba.guest.protocol.PauseContainerRequest;
import io.sunaba.guest.protocol.PrepareRequest;
import io.sunaba.guest.protocol.PrepareResponse;
import io.sunaba.guest.protocol.RemoveContainerRequest;
import io.sunaba.guest.protocol.ResumeContainerRequest;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.guest.protocol.SetNameServersRequest;
import io.sunaba.guest.protocol.SignalProcessRequest;
import io.sunaba.guest.protocol.StartContainerRequest;
import io.sunaba.guest.protocol.StatsContainerRequest;
import io.sunaba.guest.protocol.UpdateContainerRequest;
import io.sunaba.guest.protocol.UpdateInterfaceRequest;
import io.sunaba.guest.protocol.UpdateRoutesRequest;
import io.sunaba.guest.protocol.WaitProcessRequest;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import io.sunaba.ttrpc.left.LeftChannels.Left;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An agent that speaks Kata's agent protocol: each operation is one call.
final class KataAgent implements Agent {
    /// Most bytes of metrics, and of a list of processes, which is taken apart into small strings.
    private static final int MOST_METRICS = 4 << 20;

    /// After so many it gets no quicker.
    private static final int REHEARSALS = 20;

    private static final int REHEARSED_ENTROPY = 64;
    private static final int MOST_PROCESSES = 1 << 20;
    private static final int HIGHEST_CODE = 255;

    private final AgentConnection connection;
    private final AgentCalls calls;
    private final StreamCalls streams;
    private final Consumer<Left> keeper;

    /// @param timeout how long an answer may take
    /// @param keeper takes what is left when its user leaves
    KataAgent(AgentConnection connection, Supplier<Duration> timeout, Consumer<Left> keeper) {
        this.connection = connection;
        this.keeper = keeper;
        this.calls = new AgentCalls(connection.channel(), connection.waiting(), timeout);
        this.streams = new StreamCalls(calls);
    }

    @Override
    public GuestDetails guestDetails() {
        return connection.guestDetails();
    }

    @Override
    public CompletionStage<String> lost() {
        return connection.lost();
    }

    // ---- guest ---------------------------------------------------------------------------------

    @Override
    public void setTime(Instant now) throws InterruptedException {
        calls.call(
                "set the guest's clock to " + now,
                AgentServiceGrpc.getSetGuestDateTimeMethod(),
                SandboxRequests.setTime(now));
    }

    @Override
    public void addEntropy(byte[] entropy) throws InterruptedException {
        calls.call(
                "add entropy",
                AgentServiceGrpc.getReseedRandomDevMethod(),
                SandboxRequests.addEntropy(entropy));
    }

    @Override
    public void createSandbox(GuestSandbox sandbox) throws InterruptedException {
        calls.call(
                "create sandbox " + sandbox.id() + " in the guest",
                AgentServiceGrpc.getCreateSandboxMethod(),
                SandboxRequests.create(sandbox));
    }

    @Override
    public Duration prepareSandbox(byte[] entropy, InstantSource clock, GuestSandbox sandbox)
            throws InterruptedException {
        if (!connection.ours()) {
            return Agent.super.prepareSandbox(entropy, clock, sandbox);
        }
        CreateSandboxRequest create = SandboxRequests.create(sandbox);
        long begun = System.nanoTime();
        PrepareRequest request = SandboxRequests.prepare(entropy, clock.instant(), create);
        try {
            PrepareResponse done = calls.tryCall(SessionGrpc.getPrepareMethod(), request);
            return Duration.ofNanos(System.nanoTime() - begun - Math.max(0, done.getNanos()));
        } catch (AgentCalls.Refusal refusal) {
            if (refusal.status().getCode() == Status.Code.UNIMPLEMENTED) {
                // An image of a guest may be older than this.
                return Agent.super.prepareSandbox(entropy, clock, sandbox);
            }
            throw CallFailure.of(
                    "create sandbox " + sandbox.id() + " in the guest", refusal.status());
        }
    }

    @Override
    public void destroySandbox() throws InterruptedException {
        calls.call(
                "destroy the sandbox in the guest",
                AgentServiceGrpc.getDestroySandboxMethod(),
                DestroySandboxRequest.getDefaultInstance());
    }

    /// Code that runs for the first time takes many times as long, and touches memory that each
    /// copy then has for itself: so the agent practises what it is asked first.
    @Override
    public void settle() throws InterruptedException {
        if (!connection.ours()) {
            // A stock agent ends with its sandbox, and does nothing of its own accord.
            return;
        }
        for (int round = 1; round <= REHEARSALS; round++) {
            if (round == REHEARSALS) {
                // What is mounted then, a sandbox takes over: that is practised too.
                settleNow();
            }
            var _ =
                    prepareSandbox(
                            new byte[REHEARSED_ENTROPY],
                            InstantSource.system(),
                            new GuestSandbox("rehearsal", "localhost", List.of(), false));
            // On a busy host a guest is told the time again.
            setTime(Instant.now());
            destroySandbox();
            // Whoever hands a machine out asks whether it is alive.
            var _ = check();
        }
        settleNow();
    }

    private void settleNow() throws InterruptedException {
        calls.call("settle", SessionGrpc.getSettleMethod(), SandboxRequests.settle());
    }

    @Override
    public void onlineResources(int vcpus) throws InterruptedException {
        calls.call(
                "bring " + vcpus + " CPUs and the memory online",
                AgentServiceGrpc.getOnlineCPUMemMethod(),
                OnlineCPUMemRequest.newBuilder().setWait(true).setNbCpus(vcpus).build());
    }

    @Override
    public String metrics() throws InterruptedException {
        return calls.call(
                        "get metrics",
                        AgentServiceGrpc.getGetMetricsMethod(),
                        GetMetricsRequest.getDefaultInstance(),
                        MOST_METRICS)
                .getMetrics();
    }

    // ---- containers ----------------------------------------------------------------------------

    @Override
    public void createContainer(GuestContainer container) throws InterruptedException {
        connection.waiting().forget(container.config().id());
        calls.call(
                "create container " + container.config().id(),
                AgentServiceGrpc.getCreateContainerMethod(),
                ContainerRequests.create(container, connection.ours()));
    }

    @Override
    public void startContainer(String containerId) throws InterruptedException {
        calls.call(
                "start container " + containerId,
                AgentServiceGrpc.getStartContainerMethod(),
                StartContainerRequest.newBuilder().setContainerId(containerId).build());
    }

    @Override
    public void removeContainer(String containerId) throws InterruptedException {
        connection.waiting().forget(containerId);
        calls.call(
                "remove container " + containerId,
                AgentServiceGrpc.getRemoveContainerMethod(),
                RemoveContainerRequest.newBuilder().setContainerId(containerId).build());
    }

    @Override
    public void execProcess(String containerId, String processId, ProcessConfig process)
            throws InterruptedException {
        connection.waiting().forget(containerId, processId);
        calls.call(
                "run process %s in container %s".formatted(processId, containerId),
                AgentServiceGrpc.getExecProcessMethod(),
                ContainerRequests.exec(containerId, processId, process, connection.ours()));
    }

    @Override
    public void signalProcess(String containerId, @Nullable String processId, int signal)
            throws InterruptedException {
        String who = processId == null ? "all processes" : "process " + processId;
        try {
            calls.tryCall(
                    AgentServiceGrpc.getSignalProcessMethod(),
                    SignalProcessRequest.newBuilder()
                            .setContainerId(containerId)
                            .setExecId(processId == null ? "" : processId)
                            .setSignal(signal)
                            .build());
        } catch (AgentCalls.Refusal refusal) {
            if (!saysDead(refusal.status())) {
                throw CallFailure.of(
                        "send signal %d to %s of container %s".formatted(signal, who, containerId),
                        refusal.status());
            }
        }
    }

    /// Our agent says in which state the process is; a stock one passes on what the kernel said.
    private static boolean saysDead(Status status) {
        return status.getCode() == Status.Code.FAILED_PRECONDITION
                || CallFailure.words(status).contains("ESRCH");
    }

    @Override
    public int waitProcess(String containerId, String processId) throws InterruptedException {
        String operation = "wait for process %s of container %s".formatted(processId, containerId);
        int code =
                calls.await(
                                operation,
                                AgentServiceGrpc.getWaitProcessMethod(),
                                containerId,
                                processId,
                                WaitProcessRequest.newBuilder()
                                        .setContainerId(containerId)
                                        .setExecId(processId)
                                        .build())
                        .getStatus();
        if (code < 0 || code > HIGHEST_CODE) {
            throw new UnavailableException(
                    operation + ": the agent's answer " + code + " is no exit code");
        }
        return code;
    }

    @Override
    public ProcessList listProcesses(String containerId, List<String> options)
            throws InterruptedException {
        ByteString table =
                calls.call(
                                "list processes of container " + containerId,
                                AgentServiceGrpc.getListProcessesMethod(),
                                ListProcessesRequest.newBuilder()
                                        .setContainerId(containerId)
                                        .setFormat("table")
                                        .addAllArgs(options)
                                        .build(),
                                MOST_PROCESSES)
                        .getProcessList();
        return Measurements.processes(containerId, table.toStringUtf8());
    }

    @Override
    public void updateContainer(String containerId, Resources resources)
            throws InterruptedException {
        calls.call(
                "update container " + containerId,
                AgentServiceGrpc.getUpdateContainerMethod(),
                UpdateContainerRequest.newBuilder()
                        .setContainerId(containerId)
                        .setResources(OciSpec.resources(resources))
                        .build());
    }

    @Override
    public ContainerStats statsContainer(String containerId) throws InterruptedException {
        return Measurements.stats(
                containerId,
                calls.call(
                        "measure container " + containerId,
                        AgentServiceGrpc.getStatsContainerMethod(),
                        StatsContainerRequest.newBuilder().setContainerId(containerId).build()));
    }

    @Override
    public void pauseContainer(String containerId) throws InterruptedException {
        calls.call(
                "pause container " + containerId,
                AgentServiceGrpc.getPauseContainerMethod(),
                PauseContainerRequest.newBuilder().setContainerId(containerId).build());
    }

    @Override
    public void resumeContainer(String containerId) throws InterruptedException {
        calls.call(
                "resume container " + containerId,
                AgentServiceGrpc.getResumeContainerMethod(),
                ResumeContainerRequest.newBuilder().setContainerId(containerId).build());
    }

    @Override
    public void addDevice(String containerId, GuestDevice device) throws InterruptedException {
        calls.call(
                "add device %s to container %s".formatted(device.id(), containerId),
                DevicesGrpc.getAddDeviceMethod(),
                DeviceRequests.add(containerId, device));
    }

    @Override
    public void removeDevice(String containerId, String deviceId) throws InterruptedException {
        calls.call(
                "remove device %s from container %s".formatted(deviceId, containerId),
                DevicesGrpc.getRemoveDeviceMethod(),
                DeviceRequests.remove(containerId, deviceId));
    }

    @Override
    public OomEvent awaitOomEvent() throws InterruptedException {
        return new OomEvent(
                calls.await(
                                "wait for a container to run out of memory",
                                AgentServiceGrpc.getGetOOMEventMethod(),
                                "",
                                "",
                                GetOOMEventRequest.getDefaultInstance())
                        .getContainerId());
    }

    // ---- streams -------------------------------------------------------------------------------

    @Override
    public void writeStdin(String containerId, String processId, byte[] data)
            throws InterruptedException {
        streams.writeStdin(containerId, processId, data, null);
    }

    @Override
    public void writeStdin(
            String containerId, String processId, byte[] data, StreamPosition position)
            throws InterruptedException {
        streams.writeStdin(containerId, processId, data, position);
    }

    @Override
    public void closeStdin(String containerId, String processId) throws InterruptedException {
        streams.closeStdin(containerId, processId);
    }

    @Override
    public byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return streams.read(STDOUT, containerId, processId, maximumBytes, null);
    }

    @Override
    public byte[] readStdout(
            String containerId, String processId, int maximumBytes, StreamPosition position)
            throws InterruptedException {
        return streams.read(STDOUT, containerId, processId, maximumBytes, position);
    }

    @Override
    public byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return streams.read(STDERR, containerId, processId, maximumBytes, null);
    }

    @Override
    public byte[] readStderr(
            String containerId, String processId, int maximumBytes, StreamPosition position)
            throws InterruptedException {
        return streams.read(STDERR, containerId, processId, maximumBytes, position);
    }

    @Override
    public Optional<StreamPosition> stdoutPosition(String containerId, String processId) {
        return streams.left(STDOUT, containerId, processId);
    }

    @Override
    public Optional<StreamPosition> stderrPosition(String containerId, String processId) {
        return streams.left(STDERR, containerId, processId);
    }

    @Override
    public void confirmStdout(String containerId, String processId, StreamPosition position)
            throws InterruptedException {
        if (connection.ours()) {
            streams.confirm(STDOUT, containerId, processId, position);
        }
    }

    @Override
    public void confirmStderr(String containerId, String processId, StreamPosition position)
            throws InterruptedException {
        if (connection.ours()) {
            streams.confirm(STDERR, containerId, processId, position);
        }
    }

    @Override
    public void resizeTerminal(String containerId, String processId, int height, int width)
            throws InterruptedException {
        streams.resizeTerminal(containerId, processId, height, width);
    }

    // ---- network -------------------------------------------------------------------------------

    @Override
    public Interface updateInterface(Interface networkInterface) throws InterruptedException {
        return NetworkMessages.value(
                calls.call(
                        "configure interface " + networkInterface.name(),
                        AgentServiceGrpc.getUpdateInterfaceMethod(),
                        UpdateInterfaceRequest.newBuilder()
                                .setInterface(NetworkMessages.message(networkInterface))
                                .build()),
                networkInterface.network());
    }

    @Override
    public List<Interface> listInterfaces() throws InterruptedException {
        return calls
                .call(
                        "list interfaces",
                        AgentServiceGrpc.getListInterfacesMethod(),
                        ListInterfacesRequest.getDefaultInstance())
                .getInterfacesList()
                .stream()
                .map(message -> NetworkMessages.value(message, null))
                .toList();
    }

    @Override
    public void setNameServers(List<String> addresses) throws InterruptedException {
        calls.call(
                "set the name servers",
                NetworkGrpc.getSetNameServersMethod(),
                SetNameServersRequest.newBuilder().addAllAddresses(addresses).build());
    }

    @Override
    public List<Route> updateRoutes(List<Route> routes) throws InterruptedException {
        return NetworkMessages.values(
                calls.call(
                        "replace the routes",
                        AgentServiceGrpc.getUpdateRoutesMethod(),
                        UpdateRoutesRequest.newBuilder()
                                .setRoutes(NetworkMessages.message(routes))
                                .build()));
    }

    @Override
    public List<Route> listRoutes() throws InterruptedException {
        return NetworkMessages.values(
                calls.call(
                        "list routes",
                        AgentServiceGrpc.getListRoutesMethod(),
                        ListRoutesRequest.getDefaultInstance()));
    }

    // --------------------------------------------------------------------------------------------

    @Override
    public Duration check() throws InterruptedException {
        long start = System.nanoTime();
        calls.call(
                "check the agent", HealthGrpc.getCheckMethod(), CheckRequest.getDefaultInstance());
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void leave() {
        if (!connection.ours()) {
            // A stock agent does not tell one who reads from the next.
            connection.close();
        } else if (calls.leave()) {
            keeper.accept(connection.leave());
        }
    }

    @Override
    public void close() {
        if (!calls.hasLeft()) {
            connection.close();
        }
    }
}
