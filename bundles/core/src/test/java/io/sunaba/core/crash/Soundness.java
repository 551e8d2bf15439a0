package io.sunaba.core.crash;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.core.fake.FakeGuest;
import io.sunaba.core.fake.FakeHypervisor.Host;
import io.sunaba.core.network.HostSide;
import io.sunaba.core.network.Link;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.DeviceRecord;
import io.sunaba.core.record.InterfaceRecord;
import io.sunaba.core.record.NetworkRecord;
import io.sunaba.core.record.Phase;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.Device;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.storage.MetadataStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// What must hold whatever has happened: records agree with machines and guests, and nothing is
/// orphaned.
final class Soundness {
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private final World world;
    private final boolean stored;

    private Soundness(World world, boolean stored) {
        this.world = world;
        this.stored = stored;
    }

    /// Asserts it of what is known and of what is stored, once the daemon has settled.
    static void await(World world) throws InterruptedException {
        await(new Soundness(world, true));
    }

    /// Asserts it of what is known.
    static void awaitKnown(World world) throws InterruptedException {
        await(new Soundness(world, false));
    }

    private static void await(Soundness soundness) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        while (true) {
            try {
                soundness.check();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private void check() throws InterruptedException {
        Set<String> machines = new HashSet<>();
        List<SandboxStatus> listed = world.sandboxes().list();
        assertThat(listed).extracting(SandboxStatus::id).contains("other");
        for (SandboxStatus status : listed) {
            if (status.state() != SandboxState.STOPPED) {
                machines.add("sandbox/" + status.id());
                check(
                        status,
                        host(status.id()),
                        world.sandboxes().fetch(status.id()).listDevices());
            }
        }
        assertThat(world.hypervisor.hosts.values())
                .as("machines")
                .extracting(host -> host.spec.config().owner())
                .containsExactlyInAnyOrderElementsOf(machines);
        if (stored) {
            checkStored(listed);
        }
    }

    private Host host(String id) {
        List<Host> hosts =
                world.hypervisor.hosts.values().stream()
                        .filter(host -> host.spec.config().owner().equals("sandbox/" + id))
                        .toList();
        assertThat(hosts).as("machine of %s", id).hasSize(1);
        assertThat(hosts.getFirst().exit).as("machine of %s", id).isNotDone();
        return hosts.getFirst();
    }

    private static void check(SandboxStatus status, Host host, List<Device> devices) {
        Set<String> mayBe = new HashSet<>();
        status.containers()
                .forEach(container -> {
                    mayBe.add(container.id());
                    FakeGuest.Container inGuest = host.guest.containers.get(container.id());
                    if (container.state() != ContainerState.STOPPED) {
                        assertThat(inGuest).as("container %s", container).isNotNull();
                        assertThat(inGuest.started)
                                .as("started: %s", container)
                                .isEqualTo(container.state() != ContainerState.READY);
                        assertThat(inGuest.paused)
                                .as("paused: %s", container)
                                .isEqualTo(container.state() == ContainerState.PAUSED);
                        assertThat(inGuest.devices.keySet())
                                .as("devices: %s", container)
                                .containsExactlyInAnyOrderElementsOf(
                                        devices.stream()
                                                .map(Device::info)
                                                .filter(info ->
                                                        container.id().equals(info.containerId()))
                                                .map(DeviceInfo::id)
                                                .toList());
                    } else if (inGuest != null && inGuest.started) {
                        assertThat(host.guest.process(container.id(), container.id()).exit)
                                .as("exit")
                                .isDone();
                    }
                });
        assertThat(host.guest.containers.keySet()).as("containers").isSubsetOf(mayBe);
        assertThat(host.disks).as("disks").hasSize(status.containers().size() + devices.size());
    }

    private void checkStored(List<SandboxStatus> listed) throws InterruptedException {
        MetadataStorage storage = world.storage();
        SandboxRecords records = new SandboxRecords(() -> storage);
        assertThat(records.loadIndex())
                .as("index")
                .containsExactlyInAnyOrderElementsOf(
                        listed.stream().map(SandboxStatus::id).toList());
        List<Link> links = new ArrayList<>();
        for (String id : List.of("web", "other")) {
            if (listed.stream().noneMatch(status -> status.id().equals(id))) {
                assertThat(has(storage, "sandbox/" + id)).as("record of %s", id).isFalse();
            }
        }
        for (SandboxStatus status : listed) {
            SandboxRecord record;
            try {
                record = records.load(status.id());
            } catch (NotFoundException e) {
                throw new AssertionError("no record", e);
            }
            assertThat(record.phase()).isEqualTo(Phase.CREATED);
            assertThat(record.containers()).extracting(ContainerRecord::intent).containsOnlyNulls();
            assertThat(record.devices())
                    .extracting(DeviceRecord::intent)
                    .as("intents of devices")
                    .allMatch(Objects::isNull);
            assertThat(record.devices())
                    .extracting(DeviceRecord::info)
                    .isEqualTo(
                            world.sandboxes().fetch(status.id()).listDevices().stream()
                                    .map(Device::info)
                                    .toList());
            assertThat(record.status()).isEqualTo(status);
            checkLimits(record);
            links.addAll(checkNetwork(record));
        }
        assertThat(world.networks.made)
                .as("the host's networks")
                .containsExactlyInAnyOrderElementsOf(
                        links.stream()
                                .map(Link::host)
                                .filter(host -> !(host instanceof HostSide.UserMode))
                                .toList());
    }

    /// Returns how the interfaces of a sandbox are connected.
    private List<Link> checkNetwork(SandboxRecord record) {
        NetworkRecord network = record.network();
        assertThat(network.routing()).isFalse();
        assertThat(network.interfaces())
                .extracting(InterfaceRecord::intent)
                .as("intents of interfaces")
                .allMatch(Objects::isNull);
        if (record.machine() == null) {
            assertThat(network.interfaces())
                    .extracting(InterfaceRecord::link)
                    .as("links without a machine")
                    .allMatch(Objects::isNull);
            return List.of();
        }
        Host host = host(record.id());
        List<Link> links =
                network.interfaces().stream().map(each -> requireNonNull(each.link())).toList();
        assertThat(host.interfaces)
                .as("interfaces of the machine")
                .containsOnlyKeys(
                        network.interfaces().stream().map(InterfaceRecord::deviceId).toList());
        assertThat(host.guest.interfaces)
                .as("interfaces of the guest")
                .containsOnlyKeys(links.stream().map(Link::macAddress).toList());
        assertThat(host.guest.nameServers)
                .as("name servers")
                .isEqualTo(
                        links.stream()
                                .map(Link::nameServers)
                                .filter(each -> !each.isEmpty())
                                .findFirst()
                                .orElse(List.of()));
        List<Route> asked = network.routes();
        assertThat(host.guest.routes)
                .as("routes")
                .isEqualTo(
                        asked != null
                                ? asked
                                : links.stream().flatMap(each -> each.routes().stream()).toList());
        return links;
    }

    private void checkLimits(SandboxRecord record) {
        if (record.machine() == null) {
            return;
        }
        FakeGuest guest = host(record.id()).guest;
        record.containers()
                .forEach(container -> {
                    FakeGuest.Container inGuest = guest.containers.get(container.id());
                    if (inGuest != null) {
                        assertThat(inGuest.limits)
                                .as("limits of %s", container.id())
                                .isEqualTo(container.config().resources());
                    }
                });
    }

    private static boolean has(MetadataStorage storage, String key) {
        try {
            return storage.load(key).length > 0;
        } catch (NotFoundException _) {
            return false;
        }
    }
}
