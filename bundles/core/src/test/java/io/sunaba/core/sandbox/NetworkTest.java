package io.sunaba.core.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.sunaba.core.config.NetworkDefaults;
import io.sunaba.core.fake.FakeGuest;
import io.sunaba.core.fake.FakeHypervisor;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    private static final String MAC = "02:00:00:00:00:aa";
    private static final Interface.UserMode USER = new Interface.UserMode(List.of());

    @TempDir Path directory;
    private Platform platform;

    @BeforeEach
    void start() {
        platform = new Platform(directory);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private static Interface user(String name) {
        return new Interface(name, null, List.of(), null, USER);
    }

    private static Interface tap(String name, String device) {
        return new Interface(
                name, null, List.of("10.7.0.2/16"), null, new Interface.Tap(device, "br0"));
    }

    private static Interface namespace(String name) {
        return new Interface(
                name,
                null,
                List.of(),
                null,
                new Interface.Namespace(Path.of("/run/netns/blue"), "eth0"));
    }

    private Sandbox create(Interface @Nullable ... interfaces) throws InterruptedException {
        return platform.sandboxes.create(config(interfaces));
    }

    private SandboxConfig config(Interface @Nullable ... interfaces) {
        return new SandboxConfig(
                "web",
                null,
                null,
                null,
                null,
                null,
                false,
                List.of(platform.container("one", "sleep")),
                interfaces == null ? null : List.of(interfaces),
                List.of(),
                Map.of());
    }

    private FakeHypervisor.Host machine() {
        return platform.hypervisor.only();
    }

    private FakeGuest guest() {
        return machine().guest;
    }

    private void expectNone(Sandbox sandbox) throws InterruptedException {
        assertThat(machine().interfaces).isEmpty();
        assertThat(platform.networks.made).isEmpty();
        assertThat(guest().interfaces).isEmpty();
        assertThat(guest().routes).isEmpty();
        assertThat(guest().nameServers).isEmpty();
        assertThat(sandbox.listInterfaces()).extracting(Interface::name).containsExactly("lo");
        assertThat(new SandboxRecords(() -> platform.storage).load("web").network().interfaces())
                .isEmpty();
    }

    @Test
    void interfaceInUserModeIsInMachineAndGuest() throws InterruptedException {
        Sandbox sandbox = create();
        PortForward forward = new PortForward("tcp", "127.0.0.1", 8080, 80);
        Interface added =
                sandbox.addInterface(
                        new Interface(
                                "eth0",
                                null,
                                List.of(),
                                null,
                                new Interface.UserMode(List.of(forward))));
        assertThat(added.addresses()).containsExactly("10.0.2.15/24");
        assertThat(added.mtu()).isEqualTo(1500);
        assertThat(added.network()).isEqualTo(new Interface.UserMode(List.of(forward)));
        assertThat(added.macAddress()).matches("[0-9a-f][26ae](:[0-9a-f]{2}){5}");
        InterfaceSpec spec = machine().interfaces.values().iterator().next();
        assertThat(spec.macAddress()).isEqualTo(added.macAddress());
        assertThat(spec.backend())
                .isEqualTo(new InterfaceSpec.UserMode("10.0.2.0/24", List.of(forward)));
        assertThat(sandbox.listInterfaces()).hasSize(2).contains(added);
        assertThat(guest().nameServers).containsExactly("10.0.2.3");
        assertThat(sandbox.listRoutes())
                .containsExactly(new Route("default", "10.0.2.2", "eth0", null, 0));
        assertThat(sandbox.removeInterface("eth0")).isEqualTo(added);
        expectNone(sandbox);
    }

    @Test
    void sandboxIsCreatedWithItsInterfaces() throws InterruptedException {
        Sandbox sandbox =
                create(namespace("eth0"), user("eth1"), tap("eth2", "tap11"), user("eth3"));
        assertThat(platform.networks.made).hasSize(2);
        assertThat(machine().interfaces.values())
                .extracting(InterfaceSpec::backend)
                .containsExactlyInAnyOrder(
                        new InterfaceSpec.Tap("snb1", Path.of("/run/netns/blue")),
                        new InterfaceSpec.UserMode("10.0.2.0/24", List.of()),
                        new InterfaceSpec.Tap("tap11", null),
                        new InterfaceSpec.UserMode("10.0.3.0/24", List.of()));
        assertThat(guest().nameServers).containsExactly("192.0.2.53");
        assertThat(sandbox.listRoutes())
                .extracting(Route::destination, Route::device)
                .containsExactly(tuple("10.8.0.0/16", "eth0"), tuple("default", "eth0"));
        // The next in line takes over.
        sandbox.removeInterface("eth0");
        assertThat(sandbox.listRoutes())
                .containsExactly(new Route("default", "10.0.2.2", "eth1", null, 0));
        assertThat(guest().nameServers).containsExactly("10.0.2.3");
        sandbox.delete();
        platform.assertNothingLeft();
    }

    @Test
    void interfacesOutliveStopAndRestart() throws InterruptedException {
        Sandbox sandbox = create(user("eth0"), tap("eth1", "tap11"));
        List<Interface> before = sandbox.listInterfaces();
        platform.stop();
        platform.start();
        Sandbox again = platform.sandboxes.fetch("web");
        assertThat(again.listInterfaces()).isEqualTo(before);
        again.start();
        again.stop(false);
        assertThat(platform.networks.made).isEmpty();
        assertThatThrownBy(again::listInterfaces).isInstanceOf(ConflictException.class);
        again.start();
        assertThat(again.listInterfaces()).isEqualTo(before);
        assertThat(platform.networks.made).hasSize(1);
        assertThat(guest().nameServers).containsExactly("10.0.2.3");
        again.stop(true);
        again.removeInterface("eth0");
        again.start();
        assertThat(again.listInterfaces())
                .extracting(Interface::name)
                .containsExactly("lo", "eth1");
        machine().kill();
        Platform.await("it is stopped", () -> again.status().state() == SandboxState.STOPPED);
        Platform.await("its network is gone", () -> platform.networks.made.isEmpty());
        again.delete();
        platform.assertNothingLeft();
    }

    @Test
    void routesThatWereAskedForStay() throws InterruptedException {
        Sandbox sandbox = create(user("eth0"));
        List<Route> routes = List.of(new Route("10.4.0.0/16", "10.0.2.9", "eth0", null, 0));
        assertThat(sandbox.updateRoutes(routes)).isEqualTo(routes);
        assertThat(sandbox.listRoutes()).isEqualTo(routes);
        sandbox.addInterface(namespace("eth1"));
        assertThat(sandbox.listRoutes()).hasSize(3).containsAll(routes);
        sandbox.removeInterface("eth1");
        assertThat(sandbox.listRoutes()).isEqualTo(routes);
        sandbox.start();
        sandbox.stop(true);
        sandbox.start();
        assertThat(sandbox.listRoutes()).isEqualTo(routes);
        sandbox.updateRoutes(List.of());
        assertThat(sandbox.listRoutes()).isEmpty();
    }

    @Test
    void routesThatTheGuestRefusesChangeNothing() throws InterruptedException {
        Sandbox sandbox = create(user("eth0"));
        List<Route> before = sandbox.listRoutes();
        assertThatThrownBy(() ->
                        sandbox.updateRoutes(
                                List.of(new Route("192.0.2.0/24", "10.0.2.9", "eth0", null, 0))))
                .isInstanceOf(RejectedException.class)
                .hasMessage("unreachable");
        assertThat(sandbox.listRoutes()).isEqualTo(before);
        platform.faults.fail("agent.updateRoutes");
        assertThatThrownBy(() -> sandbox.updateRoutes(List.of()))
                .isInstanceOf(UnavailableException.class);
        assertThat(sandbox.listRoutes()).isEqualTo(before);
        // What only looks done is undone by the next change.
        guest().routes = List.of();
        platform.storage.failWrite(2);
        assertThatThrownBy(() -> sandbox.updateRoutes(before)).hasMessageContaining("no space");
        assertThat(sandbox.listRoutes()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "networks.plan",
                "networks.make",
                "machine.plugInterface",
                "agent.updateInterface",
                "agent.updateRoutes",
                "agent.setNameServers"
            })
    void failureAtAnyStepLeavesNothing(String point) throws InterruptedException {
        Sandbox sandbox = create();
        for (Interface asked : List.of(user("eth0"), namespace("eth0"))) {
            platform.faults.fail(point);
            assertThatThrownBy(() -> sandbox.addInterface(asked))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("injected at " + point);
            expectNone(sandbox);
            sandbox.addInterface(asked);
            sandbox.removeInterface("eth0");
            expectNone(sandbox);
        }
        sandbox.delete();
        if (point.equals("agent.setNameServers")) {
            return; // A new guest is told with its sandbox.
        }
        platform.faults.fail(point);
        assertThatThrownBy(() -> create(user("eth0"), namespace("eth1")))
                .hasMessage("injected at " + point);
        platform.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void failureOfAnyWriteLeavesNothing(int write) throws InterruptedException {
        Sandbox sandbox = create();
        platform.storage.failWrite(write);
        assertThatThrownBy(() -> sandbox.addInterface(user("eth0")))
                .hasMessageContaining("no space left");
        expectNone(sandbox);
        sandbox.addInterface(user("eth0"));
    }

    @Test
    void whatCannotBeUndoneIsTriedAgain() throws InterruptedException {
        Sandbox sandbox = create();
        platform.faults.arm(
                "agent.updateInterface",
                () -> {
                    platform.faults.fail("machine.unplugInterface");
                    throw new UnavailableException("injected");
                });
        assertThatThrownBy(() -> sandbox.addInterface(user("eth0"))).hasMessage("injected");
        assertThat(machine().interfaces).hasSize(1);
        sandbox.addInterface(user("eth0"));
        assertThat(machine().interfaces).hasSize(1);
        assertThat(sandbox.listInterfaces()).hasSize(2);
    }

    @Test
    void removalThatFailsIsAsBeforeOrCompletedLater() throws InterruptedException {
        Sandbox sandbox = create(tap("eth0", "tap11"));
        platform.faults.arm(
                "machine.unplugInterface",
                () -> {
                    throw new TimedOutException("the guest does not let go");
                });
        assertThatThrownBy(() -> sandbox.removeInterface("eth0"))
                .hasMessage("the guest does not let go");
        assertThat(machine().interfaces).hasSize(1);
        assertThat(platform.networks.made).hasSize(1);
        platform.faults.fail("networks.remove");
        assertThatThrownBy(() -> sandbox.removeInterface("eth0"))
                .hasMessage("injected at networks.remove");
        assertThat(machine().interfaces).isEmpty();
        platform.stop();
        platform.start();
        Sandbox again = platform.sandboxes.fetch("web");
        Platform.await("it is completed", platform.networks.made::isEmpty);
        again.createContainer(platform.container("two", "sleep"));
        expectNone(again);
    }

    @Test
    void networkThatStaysOnTheHostDoesNotKeepTheSandboxFromStopping() throws InterruptedException {
        Sandbox sandbox = create(tap("eth0", "tap11"));
        sandbox.start();
        platform.faults.fail("networks.remove");
        sandbox.stop(false);
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.STOPPED);
        assertThat(platform.networks.made).hasSize(1);
        sandbox.start();
        assertThat(platform.networks.made).hasSize(1);
        platform.faults.fail("networks.remove");
        sandbox.stop(false);
        platform.faults.fail("networks.remove");
        assertThatThrownBy(sandbox::delete).hasMessage("injected at networks.remove");
        sandbox.delete();
        platform.assertNothingLeft();
    }

    @Test
    void whatIsThereOrNotThereIsToldAndNothingChanges() throws InterruptedException {
        Sandbox sandbox = create(new Interface("eth0", MAC, List.of(), null, USER));
        String record = new String(platform.storage.records.get("sandbox/web"), UTF_8);
        assertThatThrownBy(() -> sandbox.addInterface(user("eth0")))
                .isInstanceOf(ConflictException.class)
                .hasMessage("sandbox web has an interface eth0 already");
        assertThatThrownBy(() ->
                        sandbox.addInterface(
                                new Interface(
                                        "eth1",
                                        MAC.toUpperCase(Locale.ROOT),
                                        List.of(),
                                        null,
                                        USER)))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining(MAC);
        assertThatThrownBy(() -> sandbox.removeInterface("eth1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("sandbox web has no interface 'eth1'");
        assertThatThrownBy(() ->
                        sandbox.updateRoutes(List.of(new Route("default", null, "eth1", null, 0))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("'eth1'");
        assertThat(new String(platform.storage.records.get("sandbox/web"), UTF_8))
                .isEqualTo(record);
        assertThat(machine().interfaces).hasSize(1);
    }

    @Test
    void agentThatCannotSetNameServersDoesNotKeepTheNetworkAway() throws InterruptedException {
        Sandbox sandbox = create();
        platform.faults.arm(
                "agent.setNameServers",
                () -> {
                    throw new RejectedException("this agent cannot");
                });
        sandbox.addInterface(user("eth0"));
        assertThat(sandbox.listInterfaces()).hasSize(2);
    }

    @Test
    void hypervisorWithoutTheAbilityIsRefusedByName() throws InterruptedException {
        platform.hypervisor.networks = false;
        assertThatThrownBy(() -> create(user("eth0")))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "sandbox web cannot have the network interface eth0: Fake 1.0 has not the ability InterfaceHotplug");
        platform.assertNothingLeft();
        Sandbox sandbox = create();
        assertThatThrownBy(() -> sandbox.addInterface(user("eth0")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("InterfaceHotplug");
        assertThat(platform.faults.passed).doesNotContain("networks.plan");
    }

    @Test
    void configurationGivesANetworkToThoseThatAskForNone() throws InterruptedException {
        platform.config = platform.config(new NetworkDefaults(List.of(user("eth0")), List.of()));
        assertThat(create((Interface[]) null).listInterfaces())
                .extracting(Interface::name)
                .containsExactly("lo", "eth0");
        platform.sandboxes.fetch("web").delete();
        assertThat(create().listInterfaces()).hasSize(1);
    }
}
