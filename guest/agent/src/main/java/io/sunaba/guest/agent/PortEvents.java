package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// What happens to a port that this process has open.
///
/// A port without a host is always ready to be read, so that waiting until it is would be no
/// waiting: what is waited for is a change.
final class PortEvents {
    private static final Path OWN_DESCRIPTORS = Path.of("/proc/self/fd");

    private final SystemCalls calls;
    private final int epoll;
    private final int patienceMillis;

    private PortEvents(SystemCalls calls, int epoll, int patienceMillis) {
        this.calls = calls;
        this.epoll = epoll;
        this.patienceMillis = patienceMillis;
    }

    /// @param device of the port, which can be opened only once
    static PortEvents of(SystemCalls calls, Path device, int patienceMillis) throws IOException {
        int epoll = calls.createEpoll();
        calls.arm(epoll, descriptor(device), SystemCalls.EPOLLIN | SystemCalls.EPOLLET, false);
        return new PortEvents(calls, epoll, patienceMillis);
    }

    /// The Java library does not tell the numbers of descriptors.
    private static int descriptor(Path device) throws IOException {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(OWN_DESCRIPTORS)) {
            for (Path link : links) {
                if (Files.isSymbolicLink(link) && device.equals(Files.readSymbolicLink(link))) {
                    return Integer.parseInt(link.getFileName().toString());
                }
            }
        }
        throw new NoSuchFileException(device + " is not open");
    }

    /// Waits until something has happened since the last time, as far as patience goes. A port that
    /// can be read counts as news the first time.
    ///
    /// @return whether something has happened
    boolean await() throws ErrnoException {
        return calls.awaitReady(epoll, patienceMillis).length > 0;
    }
}
