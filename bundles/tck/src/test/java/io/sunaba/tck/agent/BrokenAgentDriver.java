package io.sunaba.tck.agent;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.AgentEndpoint;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Connects to guests that are played, right but for one fault.
final class BrokenAgentDriver implements AgentDriver {
    /// Else the collector would close what is leaked.
    private static final List<SocketChannel> LEAKED = new ArrayList<>();

    private final @Nullable AgentFault fault;

    BrokenAgentDriver(@Nullable AgentFault fault) {
        this.fault = fault;
    }

    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException {
        Path socket = ((AgentEndpoint.UnixSocket) endpoint).socket();
        long begun = System.nanoTime();
        SocketChannel channel;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            if (fault == AgentFault.AWAITS_NOBODY) {
                throw new TimedOutException("nobody answered");
            }
            throw new UnavailableException(socket + " is gone", e);
        }
        try {
            while (channel.read(ByteBuffer.allocate(1)) == 0) {
                expectTime(begun, timeout);
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw new UnavailableException(socket + " is gone", e);
        } catch (TimedOutException | InterruptedException e) {
            close(channel);
            throw e;
        }
        PlayGuest guest = PlayGuest.at(socket);
        if (guest == null) {
            close(channel);
            throw new UnavailableException(socket + " is gone");
        }
        if (fault == AgentFault.LEAKS) {
            LEAKED.add(channel);
        }
        return new BrokenAgent(
                guest,
                fault,
                () -> {
                    if (fault != AgentFault.LEAKS) {
                        close(channel);
                    }
                });
    }

    private static InterruptedException interrupted(ClosedByInterruptException cause) {
        var _ = Thread.interrupted();
        InterruptedException interrupted = new InterruptedException("connecting");
        interrupted.initCause(cause);
        return interrupted;
    }

    private void expectTime(long begun, Duration timeout) throws InterruptedException {
        PlayGuest.pause(fault == AgentFault.CONNECTS_UNINTERRUPTED);
        boolean late = System.nanoTime() - begun > timeout.toNanos();
        if (fault == AgentFault.GIVES_UP_EARLY || (late && fault != AgentFault.HOPES_FOR_EVER)) {
            throw new TimedOutException("no answer within " + timeout.toMillis() + " ms");
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UnavailableException("cannot close", e);
        }
    }
}
