package io.sunaba.guest.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.AddARPNeighborsRequest;
import io.sunaba.guest.protocol.AgentDetails;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.CloseStdinRequest;
import io.sunaba.guest.protocol.CreateContainerRequest;
import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.DestroySandboxRequest;
import io.sunaba.guest.protocol.ExecProcessRequest;
import io.sunaba.guest.protocol.GetMetricsRequest;
import io.sunaba.guest.protocol.GetOOMEventRequest;
import io.sunaba.guest.protocol.GuestDetailsRequest;
import io.sunaba.guest.protocol.GuestDetailsResponse;
import io.sunaba.guest.protocol.Interface;
import io.sunaba.guest.protocol.Interfaces;
import io.sunaba.guest.protocol.ListInterfacesRequest;
import io.sunaba.guest.protocol.ListProcessesRequest;
import io.sunaba.guest.protocol.ListProcessesResponse;
import io.sunaba.guest.protocol.ListRoutesRequest;
import io.sunaba.guest.protocol.Metrics;
import io.sunaba.guest.protocol.OOMEvent;
import io.sunaba.guest.protocol.OnlineCPUMemRequest;
import io.sunaba.guest.protocol.PauseContainerRequest;
import io.sunaba.guest.protocol.Process;
import io.sunaba.guest.protocol.ReadStreamRequest;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.RemoveContainerRequest;
import io.sunaba.guest.protocol.ReseedRandomDevRequest;
import io.sunaba.guest.protocol.ResumeContainerRequest;
import io.sunaba.guest.protocol.Routes;
import io.sunaba.guest.protocol.SetGuestDateTimeRequest;
import io.sunaba.guest.protocol.SignalProcessRequest;
import io.sunaba.guest.protocol.StartContainerRequest;
import io.sunaba.guest.protocol.StatsContainerRequest;
import io.sunaba.guest.protocol.StatsContainerResponse;
import io.sunaba.guest.protocol.StreamPosition;
import io.sunaba.guest.protocol.TtyWinResizeRequest;
import io.sunaba.guest.protocol.UpdateContainerRequest;
import io.sunaba.guest.protocol.UpdateInterfaceRequest;
import io.sunaba.guest.protocol.UpdateRoutesRequest;
import io.sunaba.guest.protocol.WaitProcessRequest;
import io.sunaba.guest.protocol.WaitProcessResponse;
import io.sunaba.guest.protocol.WriteStreamRequest;
import io.sunaba.guest.protocol.WriteStreamResponse;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The calls of `grpc.AgentService`. Those that are not here are answered with UNIMPLEMENTED.
final class AgentCalls extends AgentServiceGrpc.AgentServiceImplBase {
    private static final Path PROC = Path.of("/proc");

    private final Agent agent;
    private final GuestMetrics metrics = new GuestMetrics(PROC);

    AgentCalls(Agent agent) {
        this.agent = agent;
    }

    private Container container(String id) {
        return agent.containers().require(id);
    }

    private Streams streams(String container, String process) {
        return container(container).process(process).streams();
    }

    @Override
    public void createSandbox(CreateSandboxRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> agent.createSandbox(request));
    }

    @Override
    public void destroySandbox(DestroySandboxRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, agent::destroySandbox);
    }

    @Override
    public void createContainer(CreateContainerRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> agent.createContainer(request));
    }

    @Override
    public void startContainer(StartContainerRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> container(request.getContainerId()).start());
    }

    @Override
    public void removeContainer(RemoveContainerRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () -> agent.containers().remove(request.getContainerId(), request.getTimeout()));
    }

    @Override
    public void execProcess(ExecProcessRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () -> {
                    if (request.getExecId().isEmpty()) {
                        throw Failures.invalid("the process has no id");
                    }
                    if (request.getProcess().getArgsCount() == 0) {
                        throw Failures.invalid(
                                "process " + request.getExecId() + " has no command to run");
                    }
                    Container container = container(request.getContainerId());
                    Process.Builder process = request.getProcess().toBuilder();
                    if (request.hasStringUser()) {
                        process.setUser(
                                container.lookUp(process.getUser(), request.getStringUser()));
                    }
                    container.exec(
                            request.getExecId(),
                            OciConfig.process(process.build()),
                            process.getTerminal());
                });
    }

    @Override
    public void signalProcess(SignalProcessRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () ->
                        container(request.getContainerId())
                                .signal(request.getExecId(), request.getSignal()));
    }

    @Override
    public void waitProcess(
            WaitProcessRequest request, StreamObserver<WaitProcessResponse> observer) {
        Reply<WaitProcessResponse> reply = new Reply<>(observer);
        try {
            ContainerProcess process =
                    container(request.getContainerId()).process(request.getExecId());
            var _ =
                    process.exit()
                            .thenAccept(code ->
                                    reply.send(
                                            WaitProcessResponse.newBuilder()
                                                    .setStatus(code)
                                                    .build()));
        } catch (RuntimeException e) {
            reply.fail(e);
        }
    }

    @Override
    public void listProcesses(
            ListProcessesRequest request, StreamObserver<ListProcessesResponse> reply) {
        Reply.answer(
                reply,
                () -> {
                    String format = request.getFormat().isEmpty() ? "table" : request.getFormat();
                    String list =
                            ProcessList.of(
                                    container(request.getContainerId()).cgroup(),
                                    format,
                                    request.getArgsList(),
                                    PROC);
                    return ListProcessesResponse.newBuilder()
                            .setProcessList(ByteString.copyFromUtf8(list))
                            .build();
                });
    }

    @Override
    public void updateContainer(UpdateContainerRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () ->
                        container(request.getContainerId())
                                .update(OciResources.resources(request.getResources())));
    }

    @Override
    public void getMetrics(GetMetricsRequest request, StreamObserver<Metrics> reply) {
        Reply.answer(reply, () -> Metrics.newBuilder().setMetrics(metrics.text()).build());
    }

    @Override
    public void statsContainer(
            StatsContainerRequest request, StreamObserver<StatsContainerResponse> reply) {
        Reply.answer(
                reply, () -> Statistics.of(container(request.getContainerId()).cgroup(), PROC));
    }

    @Override
    public void pauseContainer(PauseContainerRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> container(request.getContainerId()).pause());
    }

    @Override
    public void resumeContainer(ResumeContainerRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> container(request.getContainerId()).resume());
    }

    @Override
    public void writeStdin(
            WriteStreamRequest request, StreamObserver<WriteStreamResponse> observer) {
        Reply<WriteStreamResponse> reply = new Reply<>(observer);
        try {
            streams(request.getContainerId(), request.getExecId())
                    .stdin()
                    .write(
                            request.getData().toByteArray(),
                            request.hasPosition() ? request.getPosition() : null,
                            reply);
        } catch (RuntimeException e) {
            reply.fail(e);
        }
    }

    @Override
    public void readStdout(ReadStreamRequest request, StreamObserver<ReadStreamResponse> observer) {
        Reply<ReadStreamResponse> reply = new Reply<>(observer);
        try {
            read(streams(request.getContainerId(), request.getExecId()).stdout(), request, reply);
        } catch (RuntimeException e) {
            reply.fail(e);
        }
    }

    @Override
    public void readStderr(ReadStreamRequest request, StreamObserver<ReadStreamResponse> observer) {
        Reply<ReadStreamResponse> reply = new Reply<>(observer);
        try {
            read(streams(request.getContainerId(), request.getExecId()).stderr(), request, reply);
        } catch (RuntimeException e) {
            reply.fail(e);
        }
    }

    private static void read(
            @Nullable OutputPipe pipe, ReadStreamRequest request, Reply<ReadStreamResponse> reply) {
        StreamPosition position = request.hasPosition() ? request.getPosition() : null;
        if (pipe == null) {
            reply.send(ReadStreamResponse.getDefaultInstance());
        } else if (request.getOnlyPosition()) {
            pipe.arrived(position);
            reply.send(ReadStreamResponse.getDefaultInstance());
        } else {
            pipe.read(request.getLen(), position, reply);
        }
    }

    @Override
    public void closeStdin(CloseStdinRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () ->
                        streams(request.getContainerId(), request.getExecId())
                                .stdin()
                                .closeAfterWrites());
    }

    @Override
    public void ttyWinResize(TtyWinResizeRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () -> {
                    Streams streams = streams(request.getContainerId(), request.getExecId());
                    if (!streams.isTerminal()) {
                        throw Failures.wrongState(
                                "process " + request.getExecId() + " has no terminal");
                    }
                    streams.resize(request.getRow(), request.getColumn());
                });
    }

    @Override
    public void updateInterface(UpdateInterfaceRequest request, StreamObserver<Interface> reply) {
        Reply.answer(reply, () -> agent.network().updateInterface(request.getInterface()));
    }

    @Override
    public void listInterfaces(ListInterfacesRequest request, StreamObserver<Interfaces> reply) {
        Reply.answer(
                reply,
                () ->
                        Interfaces.newBuilder()
                                .addAllInterfaces(agent.network().interfaces())
                                .build());
    }

    @Override
    public void updateRoutes(UpdateRoutesRequest request, StreamObserver<Routes> reply) {
        Reply.answer(
                reply, () -> agent.network().updateRoutes(request.getRoutes().getRoutesList()));
    }

    @Override
    public void listRoutes(ListRoutesRequest request, StreamObserver<Routes> reply) {
        Reply.answer(reply, () -> agent.network().routes());
    }

    @Override
    public void addARPNeighbors(AddARPNeighborsRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply,
                () -> agent.network().addNeighbours(request.getNeighbors().getARPNeighborsList()));
    }

    @Override
    public void onlineCPUMem(OnlineCPUMemRequest request, StreamObserver<Empty> reply) {
        Reply.perform(
                reply, () -> agent.resources().use(request.getNbCpus(), !request.getCpuOnly()));
    }

    @Override
    public void reseedRandomDev(ReseedRandomDevRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> agent.machine().addEntropy(request.getData().toByteArray()));
    }

    @Override
    public void setGuestDateTime(SetGuestDateTimeRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> agent.machine().setTime(request.getSec(), request.getUsec()));
    }

    @Override
    public void getGuestDetails(
            GuestDetailsRequest request, StreamObserver<GuestDetailsResponse> reply) {
        Reply.answer(
                reply,
                () -> {
                    GuestDetailsResponse.Builder details = GuestDetailsResponse.newBuilder();
                    if (request.getMemBlockSize()) {
                        details.setMemBlockSizeBytes(agent.resources().memoryBlockBytes());
                    }
                    if (request.getMemHotplugProbe()) {
                        details.setSupportMemHotplugProbe(agent.resources().memoryNeedsProbe());
                    }
                    return details.setAgentDetails(
                                    AgentDetails.newBuilder()
                                            .setVersion(AgentMethods.VERSION)
                                            .setInitDaemon(true)
                                            .addAllStorageHandlers(Storages.DRIVERS)
                                            .setSupportsSeccomp(true))
                            .build();
                });
    }

    @Override
    public void getOOMEvent(GetOOMEventRequest request, StreamObserver<OOMEvent> observer) {
        agent.oomWatch().next(new Reply<>(observer));
    }
}
