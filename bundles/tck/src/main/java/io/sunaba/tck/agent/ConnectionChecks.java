package io.sunaba.tck.agent;

import static io.sunaba.tck.agent.AgentContract.check;
import static io.sunaba.tck.agent.AgentContract.connect;
import static io.sunaba.tck.agent.AgentContract.driver;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import io.sunaba.tck.Footprint;
import io.sunaba.tck.Patience;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How a driver connects, and how connections end.
final class ConnectionChecks {
    private static final int WARMUP = 4;
    private static final Duration SHORT = Duration.ofMillis(500);

    private ConnectionChecks() {}

    static List<Check<AgentFixture>> all() {
        return List.of(
                check("says what answers, and asks whether it does", ConnectionChecks::answers),
                driver("gives up on who does not answer", ConnectionChecks::silence),
                driver("says that nobody is there", ConnectionChecks::nobody),
                driver("stops connecting when interrupted", ConnectionChecks::interrupted),
                driver("is of no use once closed", ConnectionChecks::closed),
                driver("ends calls that wait when it is closed", ConnectionChecks::closedInCall),
                driver("tells when a connection is lost", ConnectionChecks::lost),
                new Check<>("gives all connections up when it stops", ConnectionChecks::stopped),
                driver("takes up what another connection left", ConnectionChecks::successor),
                driver("goes on with what waits when it was left", ConnectionChecks::left),
                driver("leaves nothing of a connection that is closed", ConnectionChecks::leaks));
    }

    private static void answers(Guest guest) throws InterruptedException {
        Agent agent = guest.agent();
        Expect.that(!agent.guestDetails().agentVersion().isBlank(), "the agent has a version");
        Duration took = agent.check();
        Expect.that(!took.isNegative(), "an answer takes some time: " + took);
    }

    /// Listens and says nothing, in the place of the fixture's guest.
    private static void inSilence(AgentFixture fixture, Silence use) throws Throwable {
        Path directory = Files.createTempDirectory("silence");
        Path socket = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            use.of(at(fixture.guest(), socket));
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    /// What is done where nobody answers.
    @FunctionalInterface
    private interface Silence {
        void of(AgentEndpoint endpoint) throws Throwable;
    }

    private static AgentEndpoint at(AgentEndpoint guest, Path socket) {
        return switch (guest) {
            case AgentEndpoint.SerialPort _ -> new AgentEndpoint.SerialPort(socket);
            case AgentEndpoint.HybridVsock vsock ->
                    new AgentEndpoint.HybridVsock(socket, vsock.port());
            case AgentEndpoint.UnixSocket _ -> new AgentEndpoint.UnixSocket(socket);
        };
    }

    private static void silence(AgentFixture fixture, AgentDriver driver) throws Throwable {
        inSilence(
                fixture,
                endpoint -> {
                    long begun = System.nanoTime();
                    Expect.failure(
                            TimedOutException.class,
                            "nobody answers",
                            () ->
                                    Guest.aside(() -> driver.connect(endpoint, SHORT))
                                            .await("connecting"));
                    Expect.that(
                            System.nanoTime() - begun >= SHORT.toNanos(),
                            "it waits as long as it was told to");
                });
    }

    private static void nobody(AgentFixture fixture, AgentDriver driver) throws Exception {
        AgentEndpoint nowhere = at(fixture.guest(), Path.of("/nonexistent/agent.sock"));
        Expect.failure(
                UnavailableException.class,
                "nobody is there",
                () ->
                        Guest.aside(() -> driver.connect(nowhere, Patience.get().multipliedBy(2)))
                                .await("connecting"));
    }

    private static void interrupted(AgentFixture fixture, AgentDriver driver) throws Throwable {
        inSilence(
                fixture,
                endpoint ->
                        Guest.expectInterruptible(
                                "connecting",
                                () -> driver.connect(endpoint, Patience.get().multipliedBy(2))));
    }

    private static void closed(AgentFixture fixture, AgentDriver driver) throws Exception {
        Agent agent = connect(fixture, driver);
        CompletableFuture<String> lost = new CompletableFuture<>();
        var _ = agent.lost().thenAccept(lost::complete);
        agent.close();
        agent.close();
        Expect.failure(UnavailableException.class, "asked when closed", agent::check);
        Expect.failure(
                UnavailableException.class,
                "a container when closed",
                () -> agent.startContainer(Guest.newId("container")));
        Expect.failure(
                TimeoutException.class,
                "what is closed is not lost",
                () -> lost.get(SHORT.toMillis(), TimeUnit.MILLISECONDS));
    }

    private static void closedInCall(AgentFixture fixture, AgentDriver driver) throws Exception {
        withContainer(
                fixture,
                driver,
                "sleep 100000",
                container -> {
                    Agent agent = connect(fixture, driver);
                    Guest.Aside<Integer> waiting =
                            Guest.aside(() -> agent.waitProcess(container, container)).begun();
                    agent.close();
                    Expect.failure(
                            UnavailableException.class,
                            "a wait in what is closed",
                            () -> waiting.await("the wait"));
                });
    }

    private static void lost(AgentFixture fixture, AgentDriver driver) throws Exception {
        withContainer(
                fixture,
                driver,
                "sleep 100000",
                container -> {
                    try (Relay relay = new Relay(fixture.guest());
                            Agent agent =
                                    driver.connect(
                                            at(fixture.guest(), relay.socket()),
                                            Patience.get().multipliedBy(2))) {
                        CompletableFuture<String> lost = new CompletableFuture<>();
                        var _ = agent.lost().thenAccept(lost::complete);
                        Guest.Aside<Integer> waiting =
                                Guest.aside(() -> agent.waitProcess(container, container)).begun();
                        relay.cut();
                        Expect.failure(
                                UnavailableException.class,
                                "a wait when the connection is lost",
                                () -> waiting.await("the wait"));
                        String reason = lost.get(Patience.get().toMillis(), TimeUnit.MILLISECONDS);
                        Expect.equal("lines of the reason", 1L, reason.lines().count());
                        Expect.failure(
                                UnavailableException.class, "asked when it is lost", agent::check);
                    }
                });
    }

    private static void stopped(AgentFixture fixture) throws Exception {
        AgentDriver driver = fixture.open();
        Agent agent = connect(fixture, driver);
        agent.check();
        fixture.close(driver);
        Expect.failure(UnavailableException.class, "asked when stopped", agent::check);
        agent.close();
    }

    private static void successor(AgentFixture fixture, AgentDriver driver) throws Exception {
        withContainer(
                fixture,
                driver,
                "read x; exit 5",
                container -> {
                    try (Agent agent = connect(fixture, driver)) {
                        agent.writeStdin(container, container, new byte[] {'\n'});
                        Expect.equal("exit code", 5, agent.waitProcess(container, container));
                    }
                });
    }

    private static void left(AgentFixture fixture, AgentDriver driver) throws Exception {
        withContainer(
                fixture,
                driver,
                "read x; exit 6",
                container -> {
                    Agent before = connect(fixture, driver);
                    Guest.Aside<Integer> waiting =
                            Guest.aside(() -> before.waitProcess(container, container)).begun();
                    before.leave();
                    before.leave();
                    before.close();
                    Expect.failure(
                            UnavailableException.class,
                            "waited when it was left",
                            () -> waiting.await("a wait whose user has left"));
                    Expect.failure(
                            UnavailableException.class, "asked when it was left", before::check);
                    try (Agent agent = connect(fixture, driver)) {
                        Guest.Aside<Integer> next =
                                Guest.aside(() -> agent.waitProcess(container, container)).begun();
                        agent.writeStdin(container, container, new byte[] {'\n'});
                        Expect.equal("exit code", 6, next.await("the wait"));
                    }
                });
    }

    /// What is done over other connections with a container.
    @FunctionalInterface
    private interface ContainerUse {
        void of(String container) throws Exception;
    }

    /// Starts a container over a connection that is closed then, and removes it over another.
    private static void withContainer(
            AgentFixture fixture, AgentDriver driver, String script, ContainerUse use)
            throws Exception {
        String container;
        try (Agent agent = connect(fixture, driver)) {
            container = new Guest(fixture, agent).start("sh", "-c", script);
        }
        try {
            use.of(container);
        } finally {
            try (Agent agent = connect(fixture, driver)) {
                agent.removeContainer(container);
            }
        }
    }

    private static void leaks(AgentFixture fixture, AgentDriver driver) throws Exception {
        // What the driver and the runtime keep for good is there after some.
        for (int i = 0; i < WARMUP; i++) {
            use(fixture, driver);
        }
        Footprint before = Footprint.now();
        for (int i = 0; i < WARMUP; i++) {
            use(fixture, driver);
        }
        before.expectNothingMore();
    }

    private static void use(AgentFixture fixture, AgentDriver driver) throws Exception {
        try (Agent agent = connect(fixture, driver)) {
            agent.check();
        }
    }
}
