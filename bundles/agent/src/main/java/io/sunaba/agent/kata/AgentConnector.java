package io.sunaba.agent.kata;

import io.grpc.Status;
import io.sunaba.agent.GuestDetails;
import io.sunaba.error.UnavailableException;
import io.sunaba.guest.protocol.CheckRequest;
import io.sunaba.guest.protocol.HealthGrpc;
import io.sunaba.guest.protocol.VersionCheckResponse;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.ttrpc.TtrpcChannel;
import io.sunaba.ttrpc.TtrpcConnection;
import io.sunaba.ttrpc.TtrpcHandshake;
import io.sunaba.ttrpc.TtrpcHandshake.Greeting;
import io.sunaba.ttrpc.left.ChannelUser;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tries to reach one agent until it answers. Runs on a thread of its own: interrupting that breaks
/// the socket in use, and so ends the trying at once.
///
/// What is sent waits in the line until the guest has booted, so one long attempt would do for a
/// guest that boots. In front of an agent that is up, a serial port may hold half a frame of an
/// earlier host, which swallows what is sent; hanging up clears that. Attempts with growing
/// patience serve both: what an agent still reads of an attempt that was given up it answers with
/// the nonce of that attempt, which the next one skips.
final class AgentConnector {
    private static final Logger LOGGER = LoggerFactory.getLogger(AgentConnector.class);

    /// More than an agent that is up needs, even where twenty are called at once without KVM: an
    /// attempt that is given up was work for nothing, on a host that has too much of it. A guest
    /// that boots answers the attempt that is under way then; the less often one ends, the less
    /// likely that is missed.
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(5);

    private static final int MORE_PATIENCE = 3;

    /// Long enough for an agent to see that the serial port's host hung up.
    private static final Duration SERIAL_PAUSE = Duration.ofMillis(100);

    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int LONGEST_LINE = 64;

    private final AgentEndpoint endpoint;
    private final Path socket;
    private final Duration pause;

    AgentConnector(AgentEndpoint endpoint) {
        this.endpoint = endpoint;
        this.socket =
                switch (endpoint) {
                    case AgentEndpoint.SerialPort port -> port.socket();
                    case AgentEndpoint.HybridVsock vsock -> vsock.socket();
                    case AgentEndpoint.UnixSocket unix -> unix.socket();
                };
        this.pause = endpoint instanceof AgentEndpoint.SerialPort ? SERIAL_PAUSE : PAUSE;
    }

    /// The agent in messages.
    String name() {
        return "agent at " + socket;
    }

    /// Returns the first connection on which the agent answers.
    ///
    /// @throws UnavailableException if nobody serves the socket
    AgentConnection connect() throws InterruptedException {
        Duration patience = FIRST_PATIENCE;
        while (true) {
            SocketChannel channel = open();
            try {
                return greet(TtrpcConnection.of(channel), patience);
            } catch (IOException e) {
                close(channel);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LOGGER.debug("{}: {}", name(), e.toString());
                if (e instanceof SocketTimeoutException) {
                    patience = patience.multipliedBy(MORE_PATIENCE);
                }
            } catch (RuntimeException | InterruptedException e) {
                close(channel);
                throw e;
            }
            Thread.sleep(pause);
        }
    }

    private SocketChannel open() throws InterruptedException {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return channel;
            } catch (IOException e) {
                close(channel);
                throw e;
            }
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new UnavailableException(name() + " is gone: " + e.getMessage(), e);
        }
    }

    private AgentConnection greet(TtrpcConnection connection, Duration patience)
            throws IOException, InterruptedException {
        if (endpoint instanceof AgentEndpoint.HybridVsock vsock) {
            dial(connection, vsock.port(), patience);
        }
        Optional<Greeting> greeting = TtrpcHandshake.open(connection, patience);
        TtrpcChannel channel = TtrpcChannel.open(name(), connection);
        return new AgentConnection(channel, details(channel, greeting), greeting.isPresent());
    }

    /// One question less for a guest that has just woken, and is slow in all that it does first.
    private GuestDetails details(TtrpcChannel channel, Optional<Greeting> greeting)
            throws IOException, InterruptedException {
        String build = GuestText.line(greeting.map(Greeting::buildHash).orElse(""));
        Optional<Greeting> telling = greeting.filter(said -> !said.protocolVersion().isEmpty());
        if (telling.isPresent()) {
            return new GuestDetails(
                    GuestText.line(telling.get().agentVersion()),
                    GuestText.line(telling.get().protocolVersion()),
                    build);
        }
        VersionCheckResponse version = version(channel);
        return new GuestDetails(
                GuestText.line(version.getAgentVersion()),
                GuestText.line(version.getGrpcVersion()),
                build);
    }

    /// Without a limit of its own: whoever waits for the agent has one.
    private VersionCheckResponse version(TtrpcChannel channel)
            throws IOException, InterruptedException {
        try {
            return AgentCalls.answer(
                    new ChannelUser(),
                    channel,
                    HealthGrpc.getVersionMethod(),
                    AgentCalls.UNLIMITED_TIME,
                    CheckRequest.getDefaultInstance());
        } catch (AgentCalls.Refusal refusal) {
            if (refusal.status().getCode() == Status.Code.UNAVAILABLE) {
                throw new IOException(refusal.getMessage(), refusal);
            }
            throw CallFailure.of("ask the " + name() + " for its version", refusal.status());
        }
    }

    /// Asks for a connection to a port of the guest. Who refuses it, hangs up.
    private static void dial(TtrpcConnection connection, int port, Duration patience)
            throws IOException {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        var _ =
                answered.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .exceptionally(_ -> {
                            Thread.startVirtualThread(() -> close(connection));
                            return null;
                        });
        String answer;
        try {
            connection.out().write(("CONNECT " + port + "\n").getBytes(StandardCharsets.US_ASCII));
            connection.out().flush();
            answer = readLine(connection.in());
        } catch (IOException e) {
            if (answered.complete(null)) {
                throw e;
            }
            throw new SocketTimeoutException("CONNECT " + port + " was not answered");
        }
        if (!answered.complete(null)) {
            throw new SocketTimeoutException("CONNECT " + port + " was answered too late");
        }
        if (!answer.startsWith("OK")) {
            throw new ProtocolException(
                    "CONNECT " + port + " was answered with \"" + GuestText.line(answer) + '"');
        }
    }

    /// Reads byte by byte: what follows the line is not ours.
    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("hung up after \"" + line + '"');
            }
            if (line.length() == LONGEST_LINE) {
                throw new ProtocolException("no end of line after \"" + line + '"');
            }
            line.append((char) next);
        }
        return line.toString();
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOGGER.debug("closing a connection failed: {}", e.toString());
        }
    }
}
