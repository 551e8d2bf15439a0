package io.sunaba.agent.kata;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.sunaba.guest.protocol.HealthCheckResponse;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.OpenResponse;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.guest.protocol.VersionCheckResponse;
import io.sunaba.ttrpc.TtrpcServer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// An agent that does what a test says, over the real wire.
final class FakeAgent implements TtrpcServer.Methods {
    /// What the agent does when it is asked. May block; each call has its own thread.
    interface Handler<Q, R> {
        R answer(Q request) throws Exception;
    }

    private final Map<String, ServerMethodDefinition<?, ?>> methods = new ConcurrentHashMap<>();

    private FakeAgent() {
        on(
                HealthGrpc.getVersionMethod(),
                _ ->
                        VersionCheckResponse.newBuilder()
                                .setAgentVersion("1.2.3")
                                .setGrpcVersion("0.0.1")
                                .build());
        on(
                HealthGrpc.getCheckMethod(),
                _ ->
                        HealthCheckResponse.newBuilder()
                                .setStatus(HealthCheckResponse.ServingStatus.SERVING)
                                .build());
    }

    /// An agent that knows the handshake.
    static FakeAgent own() {
        FakeAgent agent = new FakeAgent();
        agent.on(
                SessionGrpc.getOpenMethod(),
                request ->
                        OpenResponse.newBuilder()
                                .setNonce(request.getNonce())
                                .setAgentVersion("1.2.3")
                                .setBuildHash("abcdef")
                                .build());
        return agent;
    }

    /// An agent that does not.
    static FakeAgent stock() {
        return new FakeAgent();
    }

    <Q, R> void on(MethodDescriptor<Q, R> method, Handler<Q, R> handler) {
        methods.put(
                method.getFullMethodName(),
                ServerMethodDefinition.create(
                        method,
                        ServerCalls.<Q, R>asyncUnaryCall((request, observer) -> {
                            R answer;
                            try {
                                answer = handler.answer(request);
                            } catch (Exception e) {
                                observer.onError(Status.fromThrowable(e).asException());
                                return;
                            }
                            observer.onNext(answer);
                            observer.onCompleted();
                        })));
    }

    <Q, R> void refuse(MethodDescriptor<Q, R> method, Status status) {
        on(
                method,
                _ -> {
                    throw status.asException();
                });
    }

    TtrpcServer server() {
        return new TtrpcServer(Thread::startVirtualThread, this);
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> find(String fullName) {
        return methods.get(fullName);
    }
}
