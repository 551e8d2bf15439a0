package io.sunaba.agent.kata;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.agent.GuestDetails;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.AgentEndpoint;
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
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives agents that speak Kata's agent protocol, and keeps an eye on the connections to them. Is
/// there also when nobody uses it: it keeps connections from one core to the next.
@Component(
        service = AgentDriver.class,
        immediate = true,
        configurationPid = KataAgentConfig.PID,
        property = AgentDriver.NAME + "=kata")
@Designate(ocd = KataAgentSettings.class)
public final class KataAgentDriver implements AgentDriver {
    private static final Logger LOGGER = LoggerFactory.getLogger(KataAgentDriver.class);

    /// How long a connection is kept whose user has left: longer than it takes to replace the core
    /// on a host that is busy.
    private static final Duration KEPT = Duration.ofSeconds(30);

    /// A connection whose user has left.
    ///
    /// @param taken completes with whether somebody has come for it
    private record Left(AgentConnection connection, CompletableFuture<Boolean> taken) {}

    private final Map<AgentConnection, AgentEndpoint> connections = new ConcurrentHashMap<>();
    private final Map<AgentEndpoint, Left> left = new ConcurrentHashMap<>();
    private final Duration kept;
    private volatile KataAgentConfig config;
    private volatile boolean stopped;

    @Activate
    public KataAgentDriver(KataAgentSettings settings, Map<String, Object> properties) {
        this(KataAgentConfig.of(settings.request_timeout(), properties));
    }

    KataAgentDriver(KataAgentConfig config) {
        this(config, KEPT);
    }

    KataAgentDriver(KataAgentConfig config, Duration kept) {
        this.config = config;
        this.kept = kept;
    }

    /// Takes a new configuration over without a connection being lost.
    @Modified
    void modified(KataAgentSettings settings, Map<String, Object> properties) {
        config = KataAgentConfig.of(settings.request_timeout(), properties);
    }

    /// Gives all connections up: their classes go away.
    @Deactivate
    public void deactivate() {
        stopped = true;
        connections.keySet().forEach(connection -> connection.lose("the agent plugin was stopped"));
        left.values().forEach(each -> each.taken.complete(false));
    }

    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException {
        requireNonNull(endpoint, "endpoint is null");
        AgentConnection before = takeOver(endpoint);
        if (before != null) {
            LOGGER.debug("{} goes on with the connection that was left", endpoint);
            return agent(before, endpoint);
        }
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
        watch(connection, endpoint);
        return agent(connection, endpoint);
    }

    private Agent agent(AgentConnection connection, AgentEndpoint endpoint) {
        return new KataAgent(
                connection, () -> config.requestTimeout(), () -> keep(connection, endpoint));
    }

    /// Keeps a connection for some time whose user has left.
    private void keep(AgentConnection connection, AgentEndpoint endpoint) {
        Left fresh = new Left(connection, new CompletableFuture<>());
        var _ =
                fresh.taken
                        .completeOnTimeout(false, kept.toNanos(), TimeUnit.NANOSECONDS)
                        .thenAcceptAsync(
                                taken -> drop(fresh, endpoint, taken), Thread::startVirtualThread);
        Left earlier = left.put(endpoint, fresh);
        if (earlier != null) {
            earlier.taken.complete(false);
        }
        if (stopped) {
            fresh.taken.complete(false);
        }
    }

    private void drop(Left dropped, AgentEndpoint endpoint, boolean taken) {
        left.remove(endpoint, dropped);
        if (!taken) {
            dropped.connection.close();
        }
    }

    private @Nullable AgentConnection takeOver(AgentEndpoint endpoint) {
        Left found = left.remove(endpoint);
        return found != null && found.taken.complete(true) && found.connection.open()
                ? found.connection
                : null;
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
        var _ = connection.channel().ended().whenComplete((_, _) -> connections.remove(connection));
        if (stopped) {
            connection.lose("the agent plugin was stopped");
        }
    }
}
