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

/// How a driver connects, and how connections end.
final class ConnectionChecks {
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
                driver("takes up what another connection left", ConnectionChecks::successor),
                driver("leaves nothing of a connection that is closed", ConnectionChecks::leaks));
    }

    private static void answers(Guest guest) throws InterruptedException {
        Agent agent = guest.agent();
        Expect.that(!agent.guestDetails().agentVersion().isBlank(), "the agent has a version");
        Duration took = agent.check();
        Expect.that(!took.isNegative(), "an answer takes some time: " + took);
        Expect.that(!agent.lost().toCompletableFuture().isDone(), "the connection is not lost");
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
        agent.close();
        agent.close();
        Expect.failure(UnavailableException.class, "asked when closed", agent::check);
        Expect.failure(
                UnavailableException.class,
                "a container when closed",
                () -> agent.startContainer(Guest.newId("container")));
        Expect.that(!agent.lost().toCompletableFuture().isDone(), "what is closed is not lost");
    }

    private static void closedInCall(AgentFixture fixture, AgentDriver driver) throws Exception {
        try (Agent agent = connect(fixture, driver);
                Guest guest = new Guest(fixture, agent)) {
            String container = guest.stay();
            Agent other = connect(fixture, driver);
            Guest.Aside<Integer> waiting =
                    Guest.aside(() -> other.waitProcess(container, container)).begun();
            other.close();
            Expect.failure(
                    UnavailableException.class,
                    "a wait in what is closed",
                    () -> waiting.await("the wait"));
            removeOverAnother(fixture, driver, guest, container);
        }
    }

    private static void successor(AgentFixture fixture, AgentDriver driver) throws Exception {
        Agent first = connect(fixture, driver);
        Guest guest = new Guest(fixture, first);
        String container = guest.start("sh", "-c", "read x; exit 5");
        first.close();
        try (Agent second = connect(fixture, driver)) {
            second.writeStdin(container, container, new byte[] {'\n'});
            Expect.equal("exit code", 5, second.waitProcess(container, container));
            second.removeContainer(container);
        }
    }

    /// A connection to a serial port takes the place of the one before.
    private static void removeOverAnother(
            AgentFixture fixture, AgentDriver driver, Guest guest, String container)
            throws Exception {
        try (Agent last = connect(fixture, driver)) {
            last.removeContainer(container);
            guest.containers().remove(container);
        }
    }

    private static void leaks(AgentFixture fixture, AgentDriver driver) throws Exception {
        // What the runtime loads for good is there after the first.
        use(fixture, driver);
        Footprint before = Footprint.now();
        for (int i = 0; i < 3; i++) {
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
