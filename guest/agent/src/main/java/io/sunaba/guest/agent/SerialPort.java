package io.sunaba.guest.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A serial port to the host: one line, on which sessions follow each other.
///
/// The port can be opened once, so one object owns it, and one thread reads. The end of a session
/// is seen as end-of-file, which reading goes on to tell until the host connects again. No system
/// call beyond the Java library's is used, for the sake of the first answer.
final class SerialPort {
    /// Where the system lists virtio's ports.
    static final Path PORTS = Path.of("/sys/class/virtio-ports");

    private static final int SHORT_PAUSE_MILLIS = 5;
    private static final int LONG_PAUSE_MILLIS = 20;

    /// How often the host is looked for with short pauses before the long ones: two seconds.
    private static final int SHORT_PAUSES = 400;

    private final RandomAccessFile line;

    SerialPort(Path device) throws IOException {
        line = new RandomAccessFile(device.toFile(), "rw");
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
        int tries = 0;
        while (line.read(first) < 1) {
            Thread.sleep(tries++ < SHORT_PAUSES ? SHORT_PAUSE_MILLIS : LONG_PAUSE_MILLIS);
        }
        return new Session(first[0]);
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
            ended = count < 0;
            return count;
        }
    }
}
