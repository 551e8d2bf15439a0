package org.example.sunaba.remote;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.hypervisor.MachineExit;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;

/// Waits for the end of a machine, on a connection of its own, until it is closed.
final class ExitWatch implements AutoCloseable {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    private final Daemon daemon;
    private final String id;
    private final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
    private volatile boolean closed;
    private volatile SocketChannel channel;

    ExitWatch(Daemon daemon, String id) {
        this.daemon = daemon;
        this.id = id;
        Thread.ofVirtual().name("exit of " + id).start(this::watch);
    }

    CompletionStage<MachineExit> exit() {
        return exit.minimalCompletionStage();
    }

    private void watch() {
        while (!closed) {
            MachineExit found = ask();
            if (found != null && !closed) {
                exit.complete(found);
                return;
            }
            // The daemon is away, and its machines go on.
            LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
    }

    private MachineExit ask() {
        try (SocketChannel connection = daemon.connect()) {
            channel = connection;
            if (closed) {
                return null;
            }
            List<String> how = daemon.exchange(connection, "WAIT", id);
            return new MachineExit(
                    MachineExit.Reason.valueOf(how.get(0)), how.get(1), Instant.now());
        } catch (NotFoundException _) {
            return new MachineExit(MachineExit.Reason.STOPPED, "it is gone", Instant.now());
        } catch (IOException | SunabaException _) {
            return null;
        }
    }

    @Override
    public void close() {
        closed = true;
        SocketChannel connection = channel;
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (IOException _) {
            // nothing left to close
        }
    }
}
