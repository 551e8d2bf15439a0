package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import io.sunaba.control.OpenRequest;
import io.sunaba.shell.command.Failure;
import io.sunaba.shell.command.HandedOver;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client, from its open request to the exit status.
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final SocketChannel socket;
    private final FrameChannel channel;
    private final Sessions sessions;
    private volatile @Nullable Work current;

    Connection(SocketChannel socket, Sessions sessions) {
        this.socket = requireNonNull(socket, "socket is null");
        this.channel = new FrameChannel(socket);
        this.sessions = requireNonNull(sessions, "sessions is null");
    }

    /// Serves the client until its request is done or it is gone.
    void run() {
        try (socket;
                RemoteOutput output = new RemoteOutput(channel)) {
            Frame first = channel.read();
            if (first == null) {
                return;
            }
            OpenRequest request = OpenRequest.of(first);
            if (!request.data().equals(sessions.data().toString())) {
                refuse(request, output);
                return;
            }
            // From now on the client must not ask anybody else.
            output.send(new Frame(FrameType.OUTPUT, ByteBuffer.allocate(0)));
            RemoteInput input = new RemoteInput(output);
            try (Work work = Work.of(request, sessions, input, output)) {
                current = work;
                Thread worker =
                        Thread.ofVirtual()
                                .name("control-work")
                                .start(() -> work(work, input, output));
                listen(work, input);
                // It is done, or the client is gone: in this case it shall end.
                input.end();
                work.abandon();
                worker.join();
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.info("a client of the control socket is dropped: {}", e.toString());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Has what runs end if it would not do so by itself.
    void leaveIfEndless() {
        Work work = current;
        if (work == null) {
            close();
        } else if (work.isEndless()) {
            work.leave();
            if (work instanceof Dialog dialog && dialog.waitsForKeys()) {
                closeInput();
            }
        }
    }

    /// Has what runs end.
    void leave() {
        Work work = current;
        if (work != null) {
            work.leave();
        }
        closeInput();
    }

    boolean outlives() {
        Work work = current;
        return work != null && work.outlives();
    }

    private void closeInput() {
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            LOG.debug("a client is gone", e);
        }
    }

    /// Ends the connection, as if the client were gone.
    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a connection", e);
        }
    }

    private void work(Work work, RemoteInput input, RemoteOutput output) {
        try {
            int status = work.run();
            Optional<HandedOver> left = work.handedOver();
            if (left.isPresent()) {
                output.finish(
                        new Handover(input.used() - left.get().unusedInput(), left.get().line()));
            } else {
                output.finish(status);
            }
            socket.shutdownInput();
        } catch (IOException | InterruptedException e) {
            LOG.debug("a client went away: {}", e.toString());
        }
    }

    private void listen(Work work, RemoteInput input) throws IOException {
        try {
            for (Frame frame = channel.read(); frame != null; frame = channel.read()) {
                switch (frame.type()) {
                    case INPUT -> input.add(frame.payload());
                    case INPUT_END -> input.end();
                    case SIGNAL -> work.signal(frame.number(0));
                    case RESIZE -> work.resize(frame.number(0), frame.number(1));
                    case OPEN, WANT_INPUT, TERMINAL, OUTPUT, ERROR, EXIT, HANDOVER ->
                            throw new IllegalArgumentException("unexpected frame " + frame.type());
                }
            }
        } catch (IOException e) {
            LOG.debug("a client went away: {}", e.toString());
        }
    }

    private void refuse(OpenRequest request, RemoteOutput output) throws InterruptedException {
        new Failure(
                        "the platform of the data directory %s does not run; the one found here is that of %s"
                                .formatted(request.data(), sessions.data()),
                        Failure.FAILED)
                .tell(
                        new PrintStream(
                                output.stream(FrameType.ERROR), true, StandardCharsets.UTF_8));
        output.finish(Failure.FAILED);
    }
}
