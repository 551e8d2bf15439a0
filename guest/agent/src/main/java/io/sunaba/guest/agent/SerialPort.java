package io.sunaba.guest.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A serial port to the host: one line, on which sessions follow each other.
///
/// The port can be opened once, so one object owns it, and one thread reads. The end of a session
/// is seen as end-of-file, which reading goes on to tell until the host connects again. For the
/// sake of the first answer no system call beyond the Java library's is used before there are
/// others.
final class SerialPort {
    /// Where the system lists virtio's ports.
    static final Path PORTS = Path.of("/sys/class/virtio-ports");

    private static final int PAUSE_MILLIS = 5;

    /// How long after its first byte a session may seem to be over and not be: the kernel takes
    /// note of what a host sends and of its being there apart from each other, in no order.
    private static final long BEGINNING_NANOS = 1_000_000_000;

    private static final int LOOKS = 10;

    /// Should the kernel ever not tell of the host, it is found all the same.
    private static final int PATIENCE_MILLIS = 1000;

    private final Path device;
    private final RandomAccessFile line;
    private volatile @Nullable SystemCalls calls;
    private @Nullable PortEvents events;

    SerialPort(Path device) throws IOException {
        this(device, new RandomAccessFile(device.toFile(), "rw"));
    }

    SerialPort(Path device, RandomAccessFile line) {
        this.device = device;
        this.line = line;
    }

    /// Has the kernel tell of the host from now on, instead of looking for it time and again.
    void use(SystemCalls ready) {
        calls = ready;
    }

    /// Finds the device of the virtio port of a name.
    static Optional<Path> find(Path systemClass, String name) throws IOException {
        if (!Files.isDirectory(systemClass)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> ports = Files.newDirectoryStream(systemClass)) {
            for (Path port : ports) {
                if (Files.readString(port.resolve("name")).strip().equals(name)) {
                    return Optional.of(Path.of("/dev").resolve(port.getFileName()));
                }
            }
        }
        return Optional.empty();
    }

    /// Waits for the host to send something, and gives what comes from there to its hang-up.
    InputStream nextSession() throws IOException, InterruptedException {
        byte[] first = new byte[1];
        while (line.read(first) < 1) {
            pause();
        }
        return new Session(first[0]);
    }

    /// Waits until the host may be there.
    private void pause() throws InterruptedException {
        SystemCalls ready = calls;
        try {
            if (ready != null) {
                if (events == null) {
                    events = PortEvents.of(ready, device, PATIENCE_MILLIS);
                }
                var _ = events.await();
                return;
            }
        } catch (IOException e) {
            Log.warn("the host is looked for time and again", e);
            calls = null;
        }
        Thread.sleep(PAUSE_MILLIS);
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                line.write(value);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                line.write(bytes, offset, length);
            }
        };
    }

    /// What the host sends until it hangs up. After that it stays at its end.
    private final class Session extends InputStream {
        private final int first;
        private final long since = System.nanoTime();
        private boolean begun;
        private boolean ended;

        Session(byte first) {
            this.first = first & 0xff;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (ended) {
                return -1;
            }
            if (!begun) {
                begun = true;
                target[offset] = (byte) first;
                return 1;
            }
            int count = line.read(target, offset, length);
            for (int look = 0; count < 0 && look < LOOKS && beginning(); look++) {
                count = line.read(target, offset, length);
            }
            ended = count < 0;
            return count;
        }

        private boolean beginning() {
            if (System.nanoTime() - since > BEGINNING_NANOS) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_MILLIS * 1_000_000L);
            return true;
        }
    }
}
