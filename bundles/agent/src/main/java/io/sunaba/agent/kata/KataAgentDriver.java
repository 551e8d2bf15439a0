package io.sunaba.agent.kata;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.agent.GuestDetails;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.ttrpc.left.LeftChannels;
import io.sunaba.ttrpc.left.LeftChannels.Left;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives agents that speak Kata's agent protocol, and keeps an eye on the connections to them.
@Component(
        service = AgentDriver.class,
        configurationPid = KataAgentConfig.PID,
        property = AgentDriver.NAME + "=kata")
@Designate(ocd = KataAgentSettings.class)
public final class KataAgentDriver implements AgentDriver {
    private static final Logger LOGGER = LoggerFactory.getLogger(KataAgentDriver.class);

    private final Map<AgentConnection, AgentEndpoint> connections = new ConcurrentHashMap<>();
    private final LeftChannels left;
    private volatile KataAgentConfig config;
    private volatile boolean stopped;

    @Activate
    public KataAgentDriver(
            @Reference LeftChannels left,
            KataAgentSettings settings,
            Map<String, Object> properties) {
        this(left, KataAgentConfig.of(settings.request_timeout(), properties));
    }

    KataAgentDriver(LeftChannels left, KataAgentConfig config) {
        this.left = left;
        this.config = config;
    }

    /// Takes a new configuration over without a connection being lost.
    @Modified
    void modified(KataAgentSettings settings, Map<String, Object> properties) {
        config = KataAgentConfig.of(settings.request_timeout(), properties);
    }

    /// Gives up all connections that nobody has left: their classes go away.
    @Deactivate
    public void deactivate() {
        stopped = true;
        connections.keySet().forEach(connection -> connection.lose("the agent plugin was stopped"));
    }

    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException {
        requireNonNull(endpoint, "endpoint is null");
        requireHere();
        Left before = left.takeOver(endpoint, AgentConnection.PROTOCOL).orElse(null);
        if (before == null) {
            return agent(connectAnew(endpoint, timeout), endpoint);
        }
        LOGGER.debug("{} goes on with the connection that was left", endpoint);
        return agent(new AgentConnection(before), endpoint);
    }

    private void requireHere() {
        if (stopped) {
            throw new UnavailableException("the agent plugin was stopped");
        }
    }

    private AgentConnection connectAnew(AgentEndpoint endpoint, Duration timeout)
            throws InterruptedException {
        if (endpoint instanceof AgentEndpoint.SerialPort) {
            supersede(endpoint);
        }
        long start = System.nanoTime();
        AgentConnector connector = new AgentConnector(endpoint);
        AgentConnection connection = await(connector, timeout);
        GuestDetails guest = connection.guestDetails();
        LOGGER.info(
                "{} answered after {} ms: version {}, protocol {}",
                connector.name(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                guest.agentVersion(),
                guest.protocolVersion());
        return connection;
    }

    private Agent agent(AgentConnection connection, AgentEndpoint endpoint) {
        watch(connection, endpoint);
        return new KataAgent(
                connection, () -> config.requestTimeout(), what -> left.keep(endpoint, what));
    }

    private void supersede(AgentEndpoint endpoint) {
        connections.forEach((connection, of) -> {
            if (of.equals(endpoint)) {
                connection.lose("a later connection took its place");
            }
        });
    }

    /// Has the connector try on a thread of its own, so that the caller can leave at any time.
    private static AgentConnection await(AgentConnector connector, Duration timeout)
            throws InterruptedException {
        CompletableFuture<AgentConnection> answered = new CompletableFuture<>();
        Thread trying =
                Thread.ofVirtual()
                        .name("connect " + connector.name())
                        .start(() -> {
                            try {
                                answered.complete(connector.connect());
                            } catch (Throwable e) {
                                answered.completeExceptionally(e);
                            }
                        });
        AgentConnection connection = null;
        try {
            connection = answered.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return connection;
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    "%s did not answer within %d ms"
                            .formatted(connector.name(), timeout.toMillis()));
        } catch (ExecutionException e) {
            throw failure(connector, e.getCause());
        } finally {
            if (connection == null) {
                trying.interrupt();
                var _ = answered.thenAccept(AgentConnection::close);
            }
        }
    }

    private static SunabaException failure(AgentConnector connector, @Nullable Throwable cause) {
        return cause instanceof SunabaException failure
                ? failure
                : new UnavailableException("cannot connect to the " + connector.name(), cause);
    }

    private void watch(AgentConnection connection, AgentEndpoint endpoint) {
        connections.put(connection, endpoint);
        var _ = connection.over().whenComplete((_, _) -> connections.remove(connection));
        if (stopped) {
            connection.lose("the agent plugin was stopped");
        }
    }
}
