package io.sunaba.guest.agent;

import io.sunaba.ttrpc.TtrpcServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Serves sessions over vsock: one for each connection, any number at a time.
final class VsockListener {
    static final int PORT = 1024;

    private static final int ANY_ADDRESS = -1;

    private final SystemCalls calls;
    private final EventLoop events;
    private final TtrpcServer server;
    private final int socket;

    /// Listens from now on.
    VsockListener(SystemCalls calls, EventLoop events, TtrpcServer server) throws ErrnoException {
        this.calls = calls;
        this.events = events;
        this.server = server;
        this.socket =
                calls.socket(
                        SystemCalls.AF_VSOCK, SystemCalls.SOCK_STREAM | SystemCalls.O_NONBLOCK, 0);
        // struct sockaddr_vm: family, reserved, port, address, zeroes.
        byte[] address =
                ByteBuffer.allocate(16)
                        .order(ByteOrder.nativeOrder())
                        .putShort((short) SystemCalls.AF_VSOCK)
                        .putShort((short) 0)
                        .putInt(PORT)
                        .putInt(ANY_ADDRESS)
                        .array();
        calls.bind(socket, address);
        calls.listen(socket);
        events.await(socket, SystemCalls.EPOLLIN, this::accept);
    }

    private void accept() {
        try {
            int connection = calls.accept(socket);
            if (connection != SystemCalls.WOULD_BLOCK) {
                Threads.start("vsock", () -> serve(connection));
            }
            events.await(socket, SystemCalls.EPOLLIN, this::accept);
        } catch (ErrnoException e) {
            Log.warn("vsock", e);
        }
    }

    private void serve(int connection) {
        try {
            server.serve(
                    new DescriptorStreams.Input(calls, connection),
                    new DescriptorStreams.Output(calls, connection));
        } catch (IOException e) {
            Log.warn("vsock session dropped", e);
        } finally {
            // Answers that are still being written fail; they are for nobody.
            calls.close(connection);
        }
    }
}
