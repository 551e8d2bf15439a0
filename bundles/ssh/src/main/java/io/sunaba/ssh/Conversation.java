package io.sunaba.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import io.sunaba.control.OpenRequest;
import io.sunaba.control.SentInput;
import io.sunaba.control.TerminalMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.Signal;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One channel of an SSH connection: a line to run, or a dialog.
final class Conversation implements Command {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    private static final int FAILED = 1;

    /// How long the shell may be away while it is being replaced.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final Map<Signal, Integer> SIGNALS =
            Map.of(Signal.HUP, 1, Signal.INT, 2, Signal.QUIT, 3, Signal.TERM, 15);

    private final ControlSocket socket;
    private final @Nullable String line;
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private OutputStream err = OutputStream.nullOutputStream();
    private @Nullable ExitCallback end;
    private final SentInput sent = new SentInput();
    private volatile @Nullable FrameChannel channel;
    private volatile boolean destroyed;

    /// @param line the line to run, or null for a dialog
    Conversation(ControlSocket socket, @Nullable String line) {
        this.socket = requireNonNull(socket, "socket is null");
        this.line = line;
    }

    @Override
    public void setInputStream(InputStream stream) {
        in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
        out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        err = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        end = callback;
    }

    @Override
    public void start(ChannelSession session, Environment environment) {
        SshTerminal terminal = new SshTerminal(environment, this::send, out);
        Input input = new Input(this::send, sent, in, terminal);
        environment.addSignalListener((_, signal) -> {
            if (signal == Signal.WINCH) {
                terminal.resized();
            } else if (SIGNALS.containsKey(signal)) {
                send(Frame.of(FrameType.SIGNAL, requireNonNull(SIGNALS.get(signal))));
            }
        });
        LOG.info(
                "{} at {} {}",
                session.getSession().getUsername(),
                session.getSession().getClientAddress(),
                line == null ? "opens a shell" : "runs a line");
        Thread.ofVirtual().name("ssh").start(() -> finish(converse(terminal, input)));
    }

    @Override
    public void destroy(ChannelSession session) throws IOException {
        destroyed = true;
        FrameChannel opened = channel;
        if (opened != null) {
            opened.close();
        }
    }

    private OpenRequest request(SshTerminal terminal, String next) {
        OpenRequest.Mode mode =
                line != null
                        ? OpenRequest.Mode.RUN
                        : terminal.type().isEmpty()
                                ? OpenRequest.Mode.SCRIPT
                                : OpenRequest.Mode.INTERACTIVE;
        if (mode == OpenRequest.Mode.INTERACTIVE) {
            terminal.enter(TerminalMode.RAW);
        }
        return new OpenRequest(
                mode,
                next,
                socket.data().toString(),
                "/",
                terminal.type(),
                terminal.columns(),
                terminal.rows());
    }

    /// Talks with one shell after the other until the end; returns the exit status.
    private int converse(SshTerminal terminal, Input input) {
        try {
            String next = line == null ? "" : line;
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try (FrameChannel opened = connect()) {
                    Frame first = opened == null ? null : ask(opened, request(terminal, next));
                    if (opened != null && first != null) {
                        channel = opened;
                        sent.sendTo(opened);
                        Frame last = pass(first, opened, terminal, input);
                        if (last.type() == FrameType.EXIT) {
                            return last.number(0);
                        }
                        Handover handover = Handover.of(last);
                        sent.keep(handover.usedInput());
                        next = handover.line();
                        until = System.nanoTime() + PATIENCE.toNanos();
                    }
                }
                if (destroyed || System.nanoTime() > until) {
                    throw new IOException("the shell is away");
                }
                Thread.sleep(PAUSE);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("a conversation broke", e);
            tell("sunaba: the connection to the platform broke: " + e.getMessage() + "\r\n");
            return FAILED;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            terminal.enter(TerminalMode.ORIGINAL);
        }
    }

    /// Returns a connection, or null if nobody listens.
    private @Nullable FrameChannel connect() {
        try {
            return new FrameChannel(socket.connect());
        } catch (IOException e) {
            LOG.debug("the shell is away", e);
            return null;
        }
    }

    /// Returns the first frame of the answer, or null if the request was not taken.
    private static @Nullable Frame ask(FrameChannel opened, OpenRequest request) {
        try {
            opened.write(request.toFrame());
            return opened.read();
        } catch (IOException e) {
            LOG.debug("the shell goes", e);
            return null;
        }
    }

    /// Passes on what comes from one shell, and returns the last frame.
    private Frame pass(Frame first, FrameChannel opened, SshTerminal terminal, Input input)
            throws IOException {
        for (Frame frame = first; frame != null; frame = opened.read()) {
            switch (frame.type()) {
                case OUTPUT -> terminal.print(frame.payload(), out);
                case ERROR -> terminal.print(frame.payload(), err);
                case WANT_INPUT -> input.want(frame.number(0));
                case TERMINAL -> {
                    terminal.enter(TerminalMode.of(frame));
                    terminal.resized();
                }
                case EXIT, HANDOVER -> {
                    return frame;
                }
                case OPEN, INPUT, INPUT_END, RESIZE, SIGNAL ->
                        throw new IOException("unexpected frame " + frame.type());
            }
        }
        throw new IOException("it ended without an answer");
    }

    private void tell(String text) {
        try {
            err.write(text.getBytes(UTF_8));
            err.flush();
        } catch (IOException _) {
            // The client is gone.
        }
    }

    private void finish(int status) {
        try {
            destroyQuietly();
        } finally {
            requireNonNull(end, "there is no exit callback").onExit(status);
        }
    }

    private void destroyQuietly() {
        FrameChannel opened = channel;
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a connection", e);
        }
    }

    private void send(Frame frame) {
        FrameChannel opened = channel;
        try {
            if (opened != null) {
                opened.write(frame);
            }
        } catch (IOException _) {
            // The shell listens no more; its last frame, or the lack of it, tells.
        }
    }
}
