package io.sunaba.agent.kata;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.MethodDescriptor;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.AgentServiceGrpc;
import io.sunaba.guest.protocol.CloseStdinRequest;
import io.sunaba.guest.protocol.ReadStreamRequest;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.TtyWinResizeRequest;
import io.sunaba.guest.protocol.WriteStreamRequest;
import java.util.Locale;

/// The calls on a process's standard streams. They take as long as the process lets them.
final class StreamCalls {
    /// Most bytes to read in one call: far below the limit of a frame.
    static final int READ_CHUNK = 256 << 10;

    /// Most bytes to write in one call: what a pipe takes. An agent keeps the rest in its memory,
    /// which is small, as long as the process does not read.
    static final int WRITE_CHUNK = 64 << 10;

    /// What an answer has besides its data.
    private static final int ENVELOPE = 64;

    private final AgentCalls calls;

    StreamCalls(AgentCalls calls) {
        this.calls = calls;
    }

    void writeStdin(String containerId, String processId, byte[] data) throws InterruptedException {
        // Shared, not copied: the caller keeps its hands off the array until this returns.
        ByteString left = UnsafeByteOperations.unsafeWrap(data);
        while (!left.isEmpty()) {
            int taken =
                    write(
                            containerId,
                            processId,
                            left.substring(0, Math.min(WRITE_CHUNK, left.size())));
            left = left.substring(taken);
        }
    }

    private int write(String containerId, String processId, ByteString chunk)
            throws InterruptedException {
        String operation =
                "write to stdin of process %s of container %s".formatted(processId, containerId);
        int taken =
                calls.callUnlimited(
                                operation,
                                AgentServiceGrpc.getWriteStdinMethod(),
                                WriteStreamRequest.newBuilder()
                                        .setContainerId(containerId)
                                        .setExecId(processId)
                                        .setData(chunk)
                                        .build())
                        .getLen();
        if (taken <= 0 || taken > chunk.size()) {
            throw new UnavailableException(
                    "%s: the agent took %d of %d bytes".formatted(operation, taken, chunk.size()));
        }
        return taken;
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

    byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return read(
                "stdout",
                AgentServiceGrpc.getReadStdoutMethod(),
                containerId,
                processId,
                maximumBytes);
    }

    byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return read(
                "stderr",
                AgentServiceGrpc.getReadStderrMethod(),
                containerId,
                processId,
                maximumBytes);
    }

    private byte[] read(
            String stream,
            MethodDescriptor<ReadStreamRequest, ReadStreamResponse> method,
            String containerId,
            String processId,
            int maximumBytes)
            throws InterruptedException {
        if (maximumBytes <= 0) {
            throw new IllegalArgumentException("maximumBytes is " + maximumBytes);
        }
        String operation =
                "read %s of process %s of container %s".formatted(stream, processId, containerId);
        int most = Math.min(maximumBytes, READ_CHUNK);
        ReadStreamRequest request =
                ReadStreamRequest.newBuilder()
                        .setContainerId(containerId)
                        .setExecId(processId)
                        .setLen(most)
                        .build();
        ByteString data;
        try {
            data = calls.tryCallUnlimited(method, request, most + ENVELOPE).getData();
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
