package io.sunaba.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.PauseContainerRequest;
import io.sunaba.guest.protocol.ReadStreamRequest;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.StartContainerRequest;
import io.sunaba.guest.protocol.WaitProcessRequest;
import io.sunaba.guest.protocol.WaitProcessResponse;
import io.sunaba.guest.protocol.WriteStreamRequest;
import io.sunaba.guest.protocol.WriteStreamResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/// A service with each kind of behaviour that a handler can have.
final class TestAgent extends AgentServiceGrpc.AgentServiceImplBase {
    /// Where the waiting calls are, in order of their coming.
    final BlockingQueue<StreamObserver<WaitProcessResponse>> waiting = new LinkedBlockingQueue<>();

    final CountDownLatch cancelled = new CountDownLatch(1);

    @Override
    public void writeStdin(
            WriteStreamRequest request, StreamObserver<WriteStreamResponse> observer) {
        observer.onNext(WriteStreamResponse.newBuilder().setLen(request.getData().size()).build());
        observer.onCompleted();
    }

    @Override
    public void readStdout(ReadStreamRequest request, StreamObserver<ReadStreamResponse> observer) {
        ByteString data = ByteString.copyFrom(new byte[request.getLen()]);
        observer.onNext(ReadStreamResponse.newBuilder().setData(data).build());
        observer.onCompleted();
    }

    /// Does not answer.
    @Override
    public void waitProcess(
            WaitProcessRequest request, StreamObserver<WaitProcessResponse> observer) {
        ((ServerCallStreamObserver<WaitProcessResponse>) observer)
                .setOnCancelHandler(cancelled::countDown);
        waiting.add(observer);
    }

    /// Throws a status of its own.
    @Override
    public void startContainer(StartContainerRequest request, StreamObserver<Empty> observer) {
        throw Status.NOT_FOUND
                .withDescription("no container " + request.getContainerId())
                .asRuntimeException();
    }

    /// Throws what it does not expect itself.
    @Override
    public void pauseContainer(PauseContainerRequest request, StreamObserver<Empty> observer) {
        throw new IllegalStateException("the freezer is warm");
    }
}
