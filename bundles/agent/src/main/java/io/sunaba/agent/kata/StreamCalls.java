package io.sunaba.agent.kata;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.MethodDescriptor;
import io.sunaba.agent.StreamPosition;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.CloseStdinRequest;
import io.sunaba.guest.protocol.ReadStreamRequest;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.TtyWinResizeRequest;
import io.sunaba.guest.protocol.WriteStreamRequest;
import io.sunaba.ttrpc.left.WaitingCalls.Question;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The calls on a process's standard streams. They take as long as the process lets them.
final class StreamCalls {
    /// Most bytes to read in one call: far below the limit of a frame.
    static final int READ_CHUNK = 256 << 10;

    /// Most bytes to write in one call: what a pipe takes. An agent keeps the rest in its memory,
    /// which is small, as long as the process does not read.
    static final int WRITE_CHUNK = 64 << 10;

    /// What an answer has besides its data.
    private static final int ENVELOPE = 64;

    /// What a process prints to.
    record Output(String title, MethodDescriptor<ReadStreamRequest, ReadStreamResponse> method) {
        static final Output STDOUT = new Output("stdout", AgentServiceGrpc.getReadStdoutMethod());
        static final Output STDERR = new Output("stderr", AgentServiceGrpc.getReadStderrMethod());

        private String operation(String containerId, String processId) {
            return "read %s of process %s of container %s".formatted(title, processId, containerId);
        }
    }

    private final AgentCalls calls;

    StreamCalls(AgentCalls calls) {
        this.calls = calls;
    }

    /// @param position what the caller has given before, or null if it does not count
    void writeStdin(
            String containerId, String processId, byte[] data, @Nullable StreamPosition position)
            throws InterruptedException {
        // Shared, not copied: the caller keeps its hands off the array until this returns.
        ByteString left = UnsafeByteOperations.unsafeWrap(data);
        StreamPosition at = position;
        while (!left.isEmpty()) {
            ByteString chunk = left.substring(0, Math.min(WRITE_CHUNK, left.size()));
            int taken = write(containerId, processId, chunk, at);
            left = left.substring(taken);
            at = at == null ? null : at.plus(taken);
        }
    }

    private int write(
            String containerId,
            String processId,
            ByteString chunk,
            @Nullable StreamPosition position)
            throws InterruptedException {
        String operation =
                "write to stdin of process %s of container %s".formatted(processId, containerId);
        WriteStreamRequest.Builder request =
                WriteStreamRequest.newBuilder()
                        .setContainerId(containerId)
                        .setExecId(processId)
                        .setData(chunk);
        if (position != null) {
            request.setPosition(message(position));
        }
        int taken =
                calls.callUnlimited(
                                operation, AgentServiceGrpc.getWriteStdinMethod(), request.build())
                        .getLen();
        if (taken <= 0 || taken > chunk.size()) {
            throw new UnavailableException(
                    "%s: the agent took %d of %d bytes".formatted(operation, taken, chunk.size()));
        }
        return taken;
    }

    private static io.sunaba.guest.protocol.StreamPosition message(StreamPosition position) {
        return io.sunaba.guest.protocol.StreamPosition.newBuilder()
                .setCounter(position.counter())
                .setBytes(position.bytes())
                .build();
    }

    void closeStdin(String containerId, String processId) throws InterruptedException {
        calls.callUnlimited(
                "close stdin of process %s of container %s".formatted(processId, containerId),
                AgentServiceGrpc.getCloseStdinMethod(),
                CloseStdinRequest.newBuilder()
                        .setContainerId(containerId)
                        .setExecId(processId)
                        .build());
    }

    /// @param position what the caller has had, or null if it does not count
    byte[] read(
            Output output,
            String containerId,
            String processId,
            int maximumBytes,
            @Nullable StreamPosition position)
            throws InterruptedException {
        if (maximumBytes <= 0) {
            throw new IllegalArgumentException("maximumBytes is " + maximumBytes);
        }
        String operation = output.operation(containerId, processId);
        int most = Math.min(maximumBytes, READ_CHUNK);
        ReadStreamRequest.Builder request =
                ReadStreamRequest.newBuilder()
                        .setContainerId(containerId)
                        .setExecId(processId)
                        .setLen(most);
        if (position != null) {
            request.setPosition(message(position));
        }
        ByteString data;
        try {
            data =
                    calls.tryAwait(
                                    new Question<>(
                                            output.method, containerId, processId, request.build()),
                                    most + ENVELOPE)
                            .getData();
        } catch (AgentCalls.Refusal refusal) {
            if (isEnd(refusal)) {
                return new byte[0];
            }
            throw CallFailure.of(operation, refusal.status());
        }
        if (data.size() > most) {
            throw new UnavailableException(
                    "%s: the agent sent %d bytes where at most %d were asked for"
                            .formatted(operation, data.size(), most));
        }
        return data.toByteArray();
    }

    /// Tells how far somebody has come who has left while he waited for more.
    Optional<StreamPosition> left(Output output, String containerId, String processId) {
        return calls.findLeft(output.method, containerId, processId).flatMap(StreamCalls::position);
    }

    private static Optional<StreamPosition> position(ReadStreamRequest read) {
        return read.hasPosition()
                ? Optional.of(
                        new StreamPosition(
                                read.getPosition().getCounter(), read.getPosition().getBytes()))
                : Optional.empty();
    }

    /// Tells an agent of ours what has arrived, unless a read that waits there has told it; another
    /// one would take it for a read.
    void confirm(Output output, String containerId, String processId, StreamPosition position)
            throws InterruptedException {
        if (calls.findAsked(output.method, containerId, processId)
                .flatMap(StreamCalls::position)
                .filter(position::equals)
                .isPresent()) {
            return;
        }
        calls.call(
                output.operation(containerId, processId),
                output.method,
                ReadStreamRequest.newBuilder()
                        .setContainerId(containerId)
                        .setExecId(processId)
                        .setPosition(message(position))
                        .setOnlyPosition(true)
                        .build());
    }

    /// A stock agent fails at the end of a stream, with a message that ends in "EOF" or "eof".
    private static boolean isEnd(AgentCalls.Refusal refusal) {
        return CallFailure.words(refusal.status()).toLowerCase(Locale.ROOT).endsWith("eof");
    }

    void resizeTerminal(String containerId, String processId, int height, int width)
            throws InterruptedException {
        calls.call(
                "resize the terminal of process %s of container %s"
                        .formatted(processId, containerId),
                AgentServiceGrpc.getTtyWinResizeMethod(),
                TtyWinResizeRequest.newBuilder()
                        .setContainerId(containerId)
                        .setExecId(processId)
                        .setRow(height)
                        .setColumn(width)
                        .build());
    }
}
