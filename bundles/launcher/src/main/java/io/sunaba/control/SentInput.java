package io.sunaba.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A client's input on its way to the platform, as far as that wants it. What was sent last is kept
/// for another shell, should the one that got it not have used it.
///
/// One thread adds input, another one tells what the platform says.
public final class SentInput {
    /// More than a shell asks for before it uses it.
    private static final int KEPT_BYTES = 512 << 10;

    private @Nullable FrameChannel channel;
    private byte[] kept = new byte[0];

    /// How many bytes were let go of before those that are kept, and how many of these were sent.
    private long gone;

    private int sent;
    private int wanted;
    private boolean ended;
    private boolean endSent;

    /// Sends to a shell from now on, what it asks for.
    public synchronized void sendTo(FrameChannel to) {
        channel = to;
        wanted = 0;
        endSent = false;
    }

    /// Has everything sent again to the next shell but what this one has used.
    ///
    /// @throws IOException if that is not here any more
    public synchronized void keep(long used) throws IOException {
        if (used < gone || used > gone + sent) {
            throw new IOException(
                    "input is lost: %d bytes were used, %d to %d are here"
                            .formatted(used, gone, gone + sent));
        }
        kept = Arrays.copyOfRange(kept, (int) (used - gone), kept.length);
        gone = 0;
        sent = 0;
        wanted = 0;
        channel = null;
    }

    /// Takes note that so many bytes more may be sent.
    public synchronized void want(int bytes) {
        wanted += bytes;
        send();
        notifyAll();
    }

    /// Waits until input is wanted, and returns how much.
    public synchronized int awaitWanted() throws InterruptedException {
        while (wanted == 0) {
            wait();
        }
        return wanted;
    }

    /// Adds input: at most as much as was wanted a moment ago.
    public synchronized void add(byte[] bytes, int length) {
        int old = Math.clamp(kept.length - KEPT_BYTES, 0, sent);
        byte[] next = Arrays.copyOfRange(kept, old, kept.length + length);
        System.arraycopy(bytes, 0, next, next.length - length, length);
        kept = next;
        gone += old;
        sent -= old;
        send();
    }

    /// Takes note that there is no more.
    public synchronized void end() {
        ended = true;
        send();
    }

    private void send() {
        FrameChannel to = channel;
        if (to == null) {
            return;
        }
        int count = Math.min(wanted, kept.length - sent);
        int from = sent;
        sent += count;
        wanted -= count;
        try {
            if (count > 0) {
                to.write(new Frame(FrameType.INPUT, ByteBuffer.wrap(kept, from, count)));
            }
            if (ended && sent == kept.length && !endSent) {
                endSent = true;
                to.write(Frame.of(FrameType.INPUT_END));
            }
        } catch (IOException _) {
            // The shell listens no more. Its last frame tells why, or the lack of it.
        }
    }
}
