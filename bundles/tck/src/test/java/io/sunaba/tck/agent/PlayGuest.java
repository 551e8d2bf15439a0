package io.sunaba.tck.agent;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Resources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A guest without a machine: its containers are processes of the host, and its agent says its
/// number to whoever connects.
final class PlayGuest implements AutoCloseable {
    private static final Map<Integer, PlayGuest> GUESTS = new ConcurrentHashMap<>();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static final long PAUSE_NANOS = 1_000_000;

    final Map<String, PlayContainer> containers = new ConcurrentHashMap<>();
    final Path socket;
    private final List<PlayProcess> all = new CopyOnWriteArrayList<>();
    private final int number = NUMBERS.incrementAndGet() & 127;
    private final Path directory;
    private final ServerSocketChannel server;

    PlayGuest() throws IOException {
        directory = Files.createTempDirectory("guest");
        socket = directory.resolve("agent.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        GUESTS.put(number, this);
        Thread.startVirtualThread(this::answer);
    }

    static PlayGuest numbered(int number) {
        return requireNonNull(GUESTS.get(number), "the guest has ended");
    }

    /// Lets a moment pass.
    ///
    /// @param whatever whether an interrupt is passed over
    static void pause(boolean whatever) throws InterruptedException {
        LockSupport.parkNanos(PAUSE_NANOS);
        if (Thread.interrupted() && !whatever) {
            throw new InterruptedException("interrupted in a wait");
        }
    }

    private void answer() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                client.write(ByteBuffer.wrap(new byte[] {(byte) number}));
                Thread.startVirtualThread(() -> hold(client));
            }
        } catch (IOException _) {
            // the guest has ended
        }
    }

    private static void hold(SocketChannel client) {
        try (client) {
            client.read(ByteBuffer.allocate(1));
        } catch (IOException _) {
            // gone
        }
    }

    @Override
    public void close() throws IOException {
        all.forEach(PlayProcess::kill);
        GUESTS.remove(number);
        server.close();
        Files.deleteIfExists(socket);
        Files.delete(directory);
    }

    /// Makes a process that is ended with the guest, whatever becomes of its container.
    PlayProcess process(List<String> arguments) {
        PlayProcess made = new PlayProcess(arguments);
        all.add(made);
        return made;
    }

    /// A container: some processes, the first of which bears its name.
    static final class PlayContainer {
        final Map<String, PlayProcess> processes = new ConcurrentHashMap<>();
        volatile Resources limits = Resources.UNCHANGED;

        PlayContainer(String id, PlayProcess first) {
            processes.put(id, first);
        }

        void kill() {
            processes.values().forEach(PlayProcess::kill);
        }
    }

    /// A process, which may not have been started yet.
    static final class PlayProcess {
        final PlayStream output = new PlayStream();
        final PlayStream errors = new PlayStream();
        final CompletableFuture<Integer> exit = new CompletableFuture<>();
        private final List<String> arguments;
        private @Nullable Process process;

        PlayProcess(List<String> arguments) {
            this.arguments = arguments;
        }

        synchronized void start() {
            try {
                Process started = new ProcessBuilder(arguments).start();
                process = started;
                Thread.startVirtualThread(() -> output.fill(started.getInputStream()));
                Thread.startVirtualThread(() -> errors.fill(started.getErrorStream()));
                var _ = started.onExit().thenAccept(it -> exit.complete(it.exitValue()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized Process started() {
            return requireNonNull(process, "not started");
        }

        synchronized boolean runs() {
            return process != null && process.isAlive();
        }

        void signal(String name) throws InterruptedException {
            try {
                new ProcessBuilder("kill", "-" + name, Long.toString(started().pid()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void kill() {
            if (runs()) {
                started().destroyForcibly();
            }
        }
    }

    /// What a process printed and nobody has read yet.
    static final class PlayStream {
        private static final int CHUNK = 8192;

        private final ByteArrayOutputStream held = new ByteArrayOutputStream();
        private boolean ended;

        private void fill(InputStream source) {
            byte[] chunk = new byte[CHUNK];
            try (source) {
                for (int read = source.read(chunk); read >= 0; read = source.read(chunk)) {
                    synchronized (this) {
                        held.write(chunk, 0, read);
                    }
                }
            } catch (IOException _) {
                // its process was killed
            }
            synchronized (this) {
                ended = true;
            }
        }

        /// Returns what is there, empty at the end, or null if there is nothing yet.
        synchronized byte @Nullable [] take(int most) {
            byte[] all = held.toByteArray();
            if (all.length == 0) {
                return ended ? all : null;
            }
            held.reset();
            if (all.length > most) {
                held.write(all, most, all.length - most);
            }
            return Arrays.copyOf(all, Math.min(most, all.length));
        }
    }
}
