package org.example.sunaba.remote;

import io.sunaba.tck.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.example.sunaba.vmmd.Vmmd;

/// The daemon, as its administrator starts it.
final class DaemonProcess implements AutoCloseable {
    private final Path directory;
    private Process process;

    DaemonProcess(Path directory) throws IOException {
        this.directory = directory;
        start();
    }

    void start() throws IOException {
        process = ChildJvm.start(Vmmd.class, directory.toString());
        BufferedReader output = process.inputReader();
        if (!"ready".equals(output.readLine())) {
            throw new IOException("vmmd has not started");
        }
    }

    Path directory() {
        return directory;
    }

    /// Ends it without any warning.
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
