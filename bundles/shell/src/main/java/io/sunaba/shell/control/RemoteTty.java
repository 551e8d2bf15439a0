package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.FrameType;
import io.sunaba.control.TerminalMode;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.TerminalSize;
import io.sunaba.shell.terminal.Tty;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The client's terminal. The client changes its mode when it is asked to, and answers with its
/// size.
final class RemoteTty implements Tty {
    /// What is typed, as bytes.
    interface Keys {
        /// Has bytes pass as they are from now on.
        InputStream open();

        /// Has them pass as before.
        void close();
    }

    private final String type;
    private final TerminalMode usual;
    private final Keys keys;
    private final RemoteOutput output;
    private final Object lock = new Object();
    private @Nullable TerminalSize answer;
    private @Nullable Consumer<TerminalSize> onResize;

    /// @param usual its mode while no command has taken it
    RemoteTty(String type, TerminalMode usual, Keys keys, RemoteOutput output) {
        this.type = requireNonNull(type, "type is null");
        this.usual = requireNonNull(usual, "usual is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.output = requireNonNull(output, "output is null");
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public TerminalSize size() throws InterruptedException {
        return enter(usual);
    }

    @Override
    public Raw takeOver(boolean fullScreen, Consumer<TerminalSize> listener)
            throws InterruptedException {
        synchronized (lock) {
            onResize = listener;
        }
        InputStream in = keys.open();
        try {
            TerminalSize size = enter(fullScreen ? TerminalMode.FULL_SCREEN : TerminalMode.RAW);
            return new Taken(size, in, output.stream(FrameType.OUTPUT));
        } catch (InterruptedException | UnavailableException e) {
            giveBack();
            throw e;
        }
    }

    /// Takes note of the terminal's size.
    void resized(int columns, int rows) {
        TerminalSize size = new TerminalSize(columns, rows);
        synchronized (lock) {
            answer = size;
            lock.notifyAll();
            if (onResize != null && columns > 0) {
                onResize.accept(size);
            }
        }
    }

    private TerminalSize enter(TerminalMode mode) throws InterruptedException {
        synchronized (lock) {
            answer = null;
        }
        try {
            output.send(mode.toFrame());
        } catch (IOException e) {
            throw new UnavailableException("the terminal is gone", e);
        }
        synchronized (lock) {
            // A client that goes away has this thread interrupted.
            while (answer == null) {
                lock.wait();
            }
            if (answer.columns() < 1 || answer.rows() < 1) {
                throw new UnavailableException("the terminal does not tell its size");
            }
            return answer;
        }
    }

    private void giveBack() {
        synchronized (lock) {
            onResize = null;
        }
        keys.close();
        boolean interrupted = Thread.interrupted();
        try {
            output.send(usual.toFrame());
        } catch (IOException _) {
            // The client is gone, and sees to it itself.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Taken implements Raw {
        private final TerminalSize size;
        private final InputStream in;
        private final OutputStream out;

        Taken(TerminalSize size, InputStream in, OutputStream out) {
            this.size = size;
            this.in = in;
            this.out = out;
        }

        @Override
        public TerminalSize size() {
            return size;
        }

        @Override
        public InputStream in() {
            return in;
        }

        @Override
        public OutputStream out() {
            return out;
        }

        @Override
        public void close() {
            giveBack();
        }
    }
}
