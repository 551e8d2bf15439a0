package io.sunaba.agent.kata;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestContainer;
import io.sunaba.agent.GuestDetails;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.CheckRequest;
import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.DestroySandboxRequest;
import io.sunaba.guest.protocol.GetMetricsRequest;
import io.sunaba.guest.protocol.GetOOMEventRequest;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.ListInterfacesRequest;
import io.sunaba.guest.protocol.ListProcessesRequest;
import io.sunaba.guest.protocol.ListRoutesRequest;
import io.sunaba.guest.protocol.OnlineCPUMemRequest;
import io.sunaba.guest.protocol.PauseContainerRequest;
import io.sunaba.guest.protocol.RemoveContainerRequest;
import io.sunaba.guest.protocol.ReseedRandomDevRequest;
import io.sunaba.guest.protocol.ResumeContainerRequest;
import io.sunaba.guest.protocol.SetGuestDateTimeRequest;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An agent that speaks Kata's agent protocol: each operation is one call.
final class KataAgent implements Agent {
    /// Most bytes of metrics, and of a list of processes, which is taken apart into small strings.
    private static final int MOST_METRICS = 4 << 20;

    private static final int MOST_PROCESSES = 1 << 20;
    private static final int HIGHEST_CODE = 255;

    private final AgentConnection connection;
    private final AgentCalls calls;
    private final StreamCalls streams;

    /// @param timeout how long an answer may take
    KataAgent(AgentConnection connection, Supplier<Duration> timeout) {
        this.connection = connection;
        this.calls = new AgentCalls(connection.channel(), timeout);
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
                SetGuestDateTimeRequest.newBuilder()
                        .setSec(now.getEpochSecond())
                        .setUsec(TimeUnit.NANOSECONDS.toMicros(now.getNano()))
                        .build());
    }

    @Override
    public void addEntropy(byte[] entropy) throws InterruptedException {
        calls.call(
                "add entropy",
                AgentServiceGrpc.getReseedRandomDevMethod(),
                ReseedRandomDevRequest.newBuilder().setData(ByteString.copyFrom(entropy)).build());
    }

    /// Name servers go as lines of `resolv.conf`, which is what agents write them to.
    @Override
    public void createSandbox(GuestSandbox sandbox) throws InterruptedException {
        calls.call(
                "create sandbox " + sandbox.id() + " in the guest",
                AgentServiceGrpc.getCreateSandboxMethod(),
                CreateSandboxRequest.newBuilder()
                        .setSandboxId(sandbox.id())
                        .setHostname(sandbox.hostname())
                        .addAllDns(
                                sandbox.nameServers().stream()
                                        .map(address -> "nameserver " + address)
                                        .toList())
                        .setSandboxPidns(sandbox.sharedPidNamespace())
                        .addStorages(ContainerRequests.sharedMemory())
                        .build());
    }

    @Override
    public void destroySandbox() throws InterruptedException {
        calls.call(
                "destroy the sandbox in the guest",
                AgentServiceGrpc.getDestroySandboxMethod(),
                DestroySandboxRequest.getDefaultInstance());
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
        calls.call(
                "create container " + container.config().id(),
                AgentServiceGrpc.getCreateContainerMethod(),
                ContainerRequests.create(container, connection.resolvesNames()));
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
        calls.call(
                "remove container " + containerId,
                AgentServiceGrpc.getRemoveContainerMethod(),
                RemoveContainerRequest.newBuilder().setContainerId(containerId).build());
    }

    @Override
    public void execProcess(String containerId, String processId, ProcessConfig process)
            throws InterruptedException {
        calls.call(
                "run process %s in container %s".formatted(processId, containerId),
                AgentServiceGrpc.getExecProcessMethod(),
                ContainerRequests.exec(
                        containerId, processId, process, connection.resolvesNames()));
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
                calls.callUnlimited(
                                operation,
                                AgentServiceGrpc.getWaitProcessMethod(),
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
    public OomEvent awaitOomEvent() throws InterruptedException {
        return new OomEvent(
                calls.callUnlimited(
                                "wait for a container to run out of memory",
                                AgentServiceGrpc.getGetOOMEventMethod(),
                                GetOOMEventRequest.getDefaultInstance())
                        .getContainerId());
    }

    // ---- streams -------------------------------------------------------------------------------

    @Override
    public void writeStdin(String containerId, String processId, byte[] data)
            throws InterruptedException {
        streams.writeStdin(containerId, processId, data);
    }

    @Override
    public void closeStdin(String containerId, String processId) throws InterruptedException {
        streams.closeStdin(containerId, processId);
    }

    @Override
    public byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return streams.readStdout(containerId, processId, maximumBytes);
    }

    @Override
    public byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return streams.readStderr(containerId, processId, maximumBytes);
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
    public void close() {
        connection.close();
    }
}
