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
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Connects to guests that are played, right but for one fault.
final class BrokenAgentDriver implements AgentDriver {
    /// Else the collector would close what is leaked.
    private static final List<SocketChannel> LEAKED = new ArrayList<>();

    private final @Nullable AgentFault fault;
    private final List<Agent> agents = new CopyOnWriteArrayList<>();

    BrokenAgentDriver(@Nullable AgentFault fault) {
        this.fault = fault;
    }

    /// As the plugin's deactivation does.
    void stop() {
        if (fault != AgentFault.GOES_ON_WHEN_STOPPED) {
            agents.forEach(Agent::close);
        }
    }

    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException {
        Path socket = ((AgentEndpoint.UnixSocket) endpoint).socket();
        SocketChannel channel = null;
        PlayGuest guest;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            guest = PlayGuest.numbered(awaitNumber(channel, timeout));
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            close(channel);
            if (fault == AgentFault.AWAITS_NOBODY) {
                throw new TimedOutException("nobody answered");
            }
            throw new UnavailableException(socket + " is gone", e);
        } catch (TimedOutException | InterruptedException e) {
            close(channel);
            throw e;
        }
        if (fault == AgentFault.LEAKS) {
            LEAKED.add(channel);
        }
        BrokenAgent agent = new BrokenAgent(guest, fault, channel);
        agents.add(agent);
        return agent;
    }

    private int awaitNumber(SocketChannel channel, Duration timeout)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        ByteBuffer number = ByteBuffer.allocate(1);
        channel.configureBlocking(false);
        for (int read = channel.read(number); read <= 0; read = channel.read(number)) {
            if (read < 0) {
                throw new IOException("end of file");
            }
            expectTime(begun, timeout);
        }
        channel.configureBlocking(true);
        return number.get(0);
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

    private static void close(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UnavailableException("cannot close", e);
        }
    }
}
