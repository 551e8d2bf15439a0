package io.sunaba.guest.agent;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.PrepareRequest;
import io.sunaba.guest.protocol.PrepareResponse;
import io.sunaba.guest.protocol.SessionGrpc;
import io.sunaba.guest.protocol.SettleRequest;

/// The calls of `sunaba.Session` that need all of the agent.
final class SessionCalls extends SessionGrpc.SessionImplBase {
    private final Agent agent;

    SessionCalls(Agent agent) {
        this.agent = agent;
    }

    @Override
    public void settle(SettleRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> agent.settle(request.getStoragesList()));
    }

    @Override
    public void prepare(PrepareRequest request, StreamObserver<PrepareResponse> reply) {
        Reply.answer(
                reply,
                () -> {
                    // First: what time it is grows old.
                    agent.machine().setTime(request.getSec(), request.getUsec());
                    long begun = System.nanoTime();
                    agent.machine().addEntropy(request.getEntropy().toByteArray());
                    agent.createSandbox(request.getSandbox());
                    return PrepareResponse.newBuilder().setNanos(System.nanoTime() - begun).build();
                });
    }
}
