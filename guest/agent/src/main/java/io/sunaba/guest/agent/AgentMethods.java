package io.sunaba.guest.agent;

import static java.util.Objects.requireNonNull;

import io.grpc.ServerMethodDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.CheckRequest;
import io.sunaba.guest.protocol.HealthCheckResponse;
import io.sunaba.guest.protocol.HealthCheckResponse.ServingStatus;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.OpenRequest;
import io.sunaba.guest.protocol.OpenResponse;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.guest.protocol.VersionCheckResponse;
import io.sunaba.ttrpc.TtrpcServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The methods that the agent offers.
///
/// The handshake and the health check are answered from here, once everything else is ready: an
/// agent that answers can be worked with at once, and so can every copy of its machine.
final class AgentMethods implements TtrpcServer.Methods {
    static final String VERSION = version();

    /// Of the protocol that the agent service follows.
    private static final String PROTOCOL_VERSION = "2.0";

    private final Executor executor;
    private final Supplier<Agent> start;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CompletableFuture<TtrpcServer.Methods> rest = new CompletableFuture<>();

    AgentMethods(Executor executor, Supplier<Agent> start) {
        this.executor = requireNonNull(executor, "executor is null");
        this.start = requireNonNull(start, "start is null");
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> find(String fullName) {
        return switch (fullName) {
            case "sunaba.Session/Open" ->
                    ServerMethodDefinition.create(
                            SessionGrpc.getOpenMethod(), ServerCalls.asyncUnaryCall(this::open));
            case "grpc.Health/Check" ->
                    ServerMethodDefinition.create(
                            HealthGrpc.getCheckMethod(), ServerCalls.asyncUnaryCall(this::check));
            case "grpc.Health/Version" ->
                    ServerMethodDefinition.create(
                            HealthGrpc.getVersionMethod(),
                            ServerCalls.asyncUnaryCall(this::version));
            default -> {
                prepare();
                yield rest.join().find(fullName);
            }
        };
    }

    /// Starts everything else, once.
    void prepare() {
        if (started.compareAndSet(false, true)) {
            executor.execute(this::startRest);
        }
    }

    /// Waits until everything is ready. If it never will be, the first call that needs it tells
    /// why.
    private void awaitReady() {
        prepare();
        rest.handle((_, _) -> true).join();
    }

    private void startRest() {
        try {
            Agent agent = start.get();
            rest.complete(
                    TtrpcServer.methodsOf(
                            new AgentCalls(agent),
                            new NetworkCalls(agent),
                            new DeviceCalls(agent.containers()),
                            new SessionCalls(agent)));
            agent.listen(new TtrpcServer(executor, this));
        } catch (Throwable e) {
            Log.warn("the agent cannot start", e);
            rest.completeExceptionally(e);
        }
    }

    private void open(OpenRequest request, StreamObserver<OpenResponse> reply) {
        awaitReady();
        reply.onNext(
                OpenResponse.newBuilder()
                        .setNonce(request.getNonce())
                        .setAgentVersion(VERSION)
                        .setBuildHash(System.getProperty("sunaba.build", ""))
                        .setProtocolVersion(PROTOCOL_VERSION)
                        .build());
        reply.onCompleted();
    }

    private void check(CheckRequest request, StreamObserver<HealthCheckResponse> reply) {
        awaitReady();
        reply.onNext(HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVING).build());
        reply.onCompleted();
    }

    private void version(CheckRequest request, StreamObserver<VersionCheckResponse> reply) {
        reply.onNext(
                VersionCheckResponse.newBuilder()
                        .setGrpcVersion(PROTOCOL_VERSION)
                        .setAgentVersion(VERSION)
                        .build());
        reply.onCompleted();
    }

    private static String version() {
        String version = AgentMethods.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}
