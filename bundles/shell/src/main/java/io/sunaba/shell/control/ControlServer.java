package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.shell.Commands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens on `control.sock` in the run directory and serves whoever connects.
@Component(service = ControlServer.class, immediate = true)
public final class ControlServer {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    /// How long what runs may hold up the shell's end, and how long cleaning up may take then.
    private static final Duration LET_END = Duration.ofSeconds(10);

    private static final Duration CLEAN_UP = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = 2_000_000;

    private final BooleanSupplier atOnce;
    private final Sessions sessions;
    private final Path socket;
    private final ServerSocketChannel server;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    /// Listens from now on.
    @Activate
    public ControlServer(
            BundleContext context,
            @Reference CommandProcessor processor,
            @Reference Commands commands) {
        this(
                Path.of(requireNonNull(context.getProperty("sunaba.run"), "sunaba.run is not set")),
                Path.of(
                        requireNonNull(
                                context.getProperty("sunaba.data"), "sunaba.data is not set")),
                processor,
                new Vocabulary(
                        commands.list(),
                        () -> Optional.ofNullable(commands.findSandboxes()),
                        commands.operands()),
                () ->
                        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState()
                                == Bundle.STOPPING);
    }

    /// @param atOnce whether the whole platform stops, so that nobody is waited for
    ControlServer(
            Path run,
            Path data,
            CommandProcessor processor,
            Vocabulary vocabulary,
            BooleanSupplier atOnce) {
        this.atOnce = requireNonNull(atOnce, "atOnce is null");
        this.sessions = new Sessions(processor, data, vocabulary);
        this.socket = run.resolve("control.sock");
        try {
            // The lock of the data directory is ours: whoever left a socket here is no more.
            Files.deleteIfExists(socket);
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + socket + ": " + e.getMessage(), e);
        }
        LOG.info("listening on {}", socket);
        Thread.ofVirtual().name("control").start(this::accept);
    }

    /// Lets what runs end, which has a while for it; what would go on for ever is ended at once.
    /// Who comes meanwhile finds no socket, and tries again.
    @Deactivate
    public void close() throws IOException {
        Files.deleteIfExists(socket);
        server.close();
        if (!atOnce.getAsBoolean()) {
            connections.forEach(Connection::leaveIfEndless);
            awaitEnd(LET_END);
            connections.stream().filter(it -> !it.outlives()).forEach(Connection::leave);
            awaitEnd(CLEAN_UP);
        }
        connections.stream().filter(it -> !it.outlives()).forEach(Connection::close);
        sessions.close();
    }

    private void awaitEnd(Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        while (connections.stream().anyMatch(it -> !it.outlives()) && System.nanoTime() < until) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                Connection connection = new Connection(client, sessions);
                connections.add(connection);
                Thread.ofVirtual()
                        .name("control-connection")
                        .start(() -> {
                            try {
                                connection.run();
                            } finally {
                                connections.remove(connection);
                            }
                        });
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                LOG.warn("a connection to {} failed", socket, e);
            }
        }
    }
}
