package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.SentInput;
import java.io.IOException;
import java.io.InputStream;

/// The standard input on its way to the platform. Nothing is read before somebody wants it: it may
/// be meant for the next command.
final class Input {
    private static final int CHUNK_BYTES = 64 << 10;

    private final InputStream source;
    private final SentInput sent;
    private boolean reading;

    Input(InputStream source, SentInput sent) {
        this.source = requireNonNull(source, "source is null");
        this.sent = requireNonNull(sent, "sent is null");
    }

    /// Takes note that so many bytes more may be sent.
    void want(int bytes) {
        sent.want(bytes);
        if (!reading) {
            reading = true;
            Thread.ofPlatform().daemon().name("input").start(this::read);
        }
    }

    private void read() {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            while (true) {
                int read = source.read(chunk, 0, Math.min(chunk.length, sent.awaitWanted()));
                if (read < 0) {
                    break;
                }
                sent.add(chunk, read);
            }
        } catch (IOException | InterruptedException _) {
            // It cannot be read: no more.
        }
        sent.end();
    }
}
