package io.sunaba.ssh;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameType;
import io.sunaba.control.SentInput;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/// What a client sends, passed on as far as the platform wants it.
final class Input {
    private static final int CHUNK_BYTES = 32 << 10;
    private static final int END_OF_TEXT = 3;
    private static final int END_OF_TRANSMISSION = 4;
    private static final int INTERRUPT = 2;

    private final Consumer<Frame> platform;
    private final SentInput sent;
    private final InputStream in;
    private final SshTerminal terminal;
    private boolean reading;

    /// @param platform takes signals
    /// @param sent takes what is typed
    Input(Consumer<Frame> platform, SentInput sent, InputStream in, SshTerminal terminal) {
        this.platform = requireNonNull(platform, "platform is null");
        this.sent = requireNonNull(sent, "sent is null");
        this.in = requireNonNull(in, "in is null");
        this.terminal = requireNonNull(terminal, "terminal is null");
    }

    /// Passes on so many more bytes.
    void want(int bytes) {
        sent.want(bytes);
        if (!reading) {
            reading = true;
            Thread.ofVirtual().name("ssh-input").start(this::pass);
        }
    }

    private void pass() {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            while (true) {
                int read = in.read(chunk, 0, Math.min(chunk.length, sent.awaitWanted()));
                if (read < 0) {
                    sent.end();
                    return;
                }
                int kept = terminal.cooked() ? cook(chunk, read) : read;
                if (kept > 0) {
                    sent.add(chunk, kept);
                }
            }
        } catch (IOException | InterruptedException _) {
            // The client is gone, which the other thread tells.
        }
    }

    /// Does what a terminal does to what is typed; returns how many bytes are left.
    private int cook(byte[] bytes, int length) {
        int kept = 0;
        for (int i = 0; i < length; i++) {
            switch (bytes[i]) {
                case '\r' -> bytes[kept++] = '\n';
                case END_OF_TEXT -> platform.accept(Frame.of(FrameType.SIGNAL, INTERRUPT));
                case END_OF_TRANSMISSION -> platform.accept(Frame.of(FrameType.INPUT_END));
                default -> bytes[kept++] = bytes[i];
            }
        }
        return kept;
    }
}
