package io.sunaba.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The process that runs the platform of a data directory, as seen from outside.
public final class Daemon {
    private static final int NOT_RUNNING = 3;

    private final Path data;

    public Daemon(Path data) {
        this.data = data;
    }

    /// Tells whether there is such a process.
    public boolean runs() {
        return holder() != null;
    }

    /// Prints whether the platform runs.
    ///
    /// @param connected whether its control socket answers
    int status(boolean connected) {
        DataDirectory.@Nullable Holder holder = holder();
        if (holder == null) {
            System.out.println("stopped, data in " + data);
            return NOT_RUNNING;
        }
        System.out.printf(
                "%s, pid %d, data in %s, log in %s%n",
                connected ? "running" : "starting or stopping",
                holder.pid(),
                data,
                data.resolve("log"));
        return connected ? 0 : NOT_RUNNING;
    }

    /// Has the platform end, and waits until it has.
    int stop() throws IOException {
        DataDirectory.@Nullable Holder holder = holder();
        if (holder == null) {
            System.out.println("not running, data in " + data);
            return 0;
        }
        ProcessHandle.of(holder.pid()).ifPresent(ProcessHandle::destroy);
        // The lock is free when the process has ended, however it did.
        try (FileChannel lock = FileChannel.open(data.resolve("lock"), StandardOpenOption.WRITE)) {
            lock.lock();
        }
        System.out.println("stopped, pid " + holder.pid());
        return 0;
    }

    /// Returns the process id, or null if the platform does not run.
    @Nullable Long pid() {
        DataDirectory.@Nullable Holder holder = holder();
        return holder == null ? null : holder.pid();
    }

    /// Returns who holds the data directory, or null if the one who did is no more.
    private DataDirectory.@Nullable Holder holder() {
        try {
            DataDirectory.Holder holder = DataDirectory.Holder.read(data);
            if (holder == null) {
                return null;
            }
            // A process of another program may bear the pid by now.
            String command = Files.readString(Path.of("/proc/" + holder.pid() + "/cmdline"));
            return command.contains("-Dsunaba.home=" + holder.home()) ? holder : null;
        } catch (IOException | NumberFormatException _) {
            return null;
        }
    }
}
