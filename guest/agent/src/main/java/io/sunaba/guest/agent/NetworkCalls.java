package io.sunaba.guest.agent;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.NetworkGrpc;
import io.sunaba.guest.protocol.SetNameServersRequest;

/// The calls of `sunaba.Network`, which the agent service lacks.
final class NetworkCalls extends NetworkGrpc.NetworkImplBase {
    private final Agent agent;

    NetworkCalls(Agent agent) {
        this.agent = agent;
    }

    @Override
    public void setNameServers(SetNameServersRequest request, StreamObserver<Empty> reply) {
        Reply.perform(reply, () -> agent.networkFiles().setNameServers(request.getAddressesList()));
    }
}
