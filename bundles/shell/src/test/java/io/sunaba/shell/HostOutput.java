package io.sunaba.shell;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/// What a process of this host prints, of which nothing goes with a reader that leaves.
final class HostOutput {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int had;
    private boolean ended;

    /// Takes over a stream.
    HostOutput(InputStream from) {
        requireNonNull(from, "from is null");
        Thread.ofVirtual().start(() -> take(from));
    }

    private void take(InputStream from) {
        byte[] chunk = new byte[8192];
        try {
            for (int read = from.read(chunk); read >= 0; read = from.read(chunk)) {
                add(chunk, read);
            }
        } catch (IOException _) {
            // The process was killed.
        }
        add(chunk, -1);
    }

    private synchronized void add(byte[] chunk, int length) {
        if (length < 0) {
            ended = true;
        } else {
            bytes.write(chunk, 0, length);
        }
        notifyAll();
    }

    private synchronized int read(byte[] target, int offset, int length, Reader reader)
            throws IOException {
        try {
            while (had == bytes.size() && !ended && !reader.closed) {
                wait();
            }
        } catch (InterruptedException _) {
            throw new InterruptedIOException("interrupted");
        }
        if (reader.closed) {
            throw new IOException("the streams were closed");
        }
        int count = Math.min(length, bytes.size() - had);
        System.arraycopy(bytes.toByteArray(), had, target, offset, count);
        had += count;
        return count == 0 ? -1 : count;
    }

    private synchronized void leave(Reader reader) {
        reader.closed = true;
        notifyAll();
    }

    InputStream open() {
        return new Reader();
    }

    private final class Reader extends InputStream {
        private boolean closed;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return HostOutput.this.read(target, offset, length, this);
        }

        @Override
        public void close() {
            leave(this);
        }
    }
}
