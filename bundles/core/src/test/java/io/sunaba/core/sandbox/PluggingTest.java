package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.core.fake.FakeGuest;
import io.sunaba.core.fake.FakeHypervisor.Host;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Disks, shared directories and network interfaces come and go in any order, with faults: record,
/// host, hypervisor and guest agree after each step.
@Timeout(300)
class PluggingTest {
    private static final long SEED = 20_061;
    private static final int ROUNDS = 100;
    private static final int DISKS = 16;
    private static final int SHARES = 4;
    private static final int INTERFACES = 4;

    /// One of so many steps meets a fault, and one of so many a new platform.
    private static final int FAULTS = 3;

    private static final int RESTARTS = 100;
    private static final int WRITES = 3;

    private static final List<String> POINTS =
            List.of(
                    "machine.plugDisk",
                    "machine.unplugDisk",
                    "machine.plugShare",
                    "machine.unplugShare",
                    "machine.plugInterface",
                    "machine.unplugInterface",
                    "agent.addDevice",
                    "agent.removeDevice",
                    "agent.updateInterface",
                    "agent.updateRoutes",
                    "networks.make",
                    "networks.remove");

    /// Something that can be plugged.
    private interface Thing {
        String id();

        void plug(Sandbox sandbox) throws InterruptedException;

        void unplug(Sandbox sandbox) throws InterruptedException;
    }

    private record Storage(DeviceInfo info) implements Thing {
        @Override
        public String id() {
            return info.id();
        }

        @Override
        public void plug(Sandbox sandbox) throws InterruptedException {
            sandbox.addDevice(info);
        }

        @Override
        public void unplug(Sandbox sandbox) throws InterruptedException {
            sandbox.removeDevice(info.id());
        }
    }

    private record Network(Interface asked) implements Thing {
        @Override
        public String id() {
            return asked.name();
        }

        @Override
        public void plug(Sandbox sandbox) throws InterruptedException {
            sandbox.addInterface(asked);
        }

        @Override
        public void unplug(Sandbox sandbox) throws InterruptedException {
            sandbox.removeInterface(asked.name());
        }
    }

    @TempDir Path directory;
    private final Random random = new Random(SEED);
    private final List<Thing> things = new ArrayList<>();
    private Platform platform;
    private Sandbox sandbox;
    private int failures;

    @BeforeEach
    void start() throws Exception {
        platform = new Platform(directory);
        Path image = Files.writeString(directory.resolve("disk.img"), "a disk");
        for (int i = 0; i < DISKS; i++) {
            things.add(new Storage(disk("disk-" + i, image)));
        }
        for (int i = 0; i < SHARES; i++) {
            things.add(new Storage(share("share-" + i)));
        }
        for (int i = 0; i < INTERFACES; i++) {
            things.add(
                    new Network(
                            new Interface(
                                    "eth" + i,
                                    null,
                                    List.of("10.%d.0.2/24".formatted(i)),
                                    null,
                                    new Interface.Tap("tap1" + i, null))));
        }
        // With a share from the start, as the machine's memory is to be one that can be shared.
        sandbox =
                platform.sandboxes.create(
                        new SandboxConfig(
                                "web",
                                null,
                                null,
                                null,
                                null,
                                null,
                                false,
                                List.of(platform.container("one", "sleep")),
                                List.of(),
                                List.of(share("first")),
                                Map.of()));
        sandbox.start();
        sandbox.removeDevice("first");
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private static DeviceInfo disk(String id, Path image) {
        return new DeviceInfo.Block(
                id,
                "one",
                "/" + id,
                image,
                DiskSpec.Format.RAW,
                false,
                DiskSpec.Cache.WRITEBACK,
                id,
                "ext4");
    }

    private DeviceInfo share(String id) throws IOException {
        Path shared = Files.createDirectories(directory.resolve("shared").resolve(id));
        return new DeviceInfo.Share(id, "one", "/" + id, shared, false);
    }

    @Test
    void allAgreeAfterEachStep() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Collections.shuffle(things, random);
            for (Thing thing : things) {
                step(
                        "plug " + thing.id(),
                        () -> thing.plug(sandbox),
                        !there().contains(thing.id()));
            }
            Collections.shuffle(things, random);
            for (Thing thing : things) {
                step(
                        "unplug " + thing.id(),
                        () -> thing.unplug(sandbox),
                        there().contains(thing.id()));
            }
        }
        assertThat(failures).isGreaterThan(ROUNDS);
        for (Thing thing : things) {
            if (there().contains(thing.id())) {
                thing.unplug(sandbox);
            }
        }
        assertAgreed("at the end");
        assertThat(there()).isEmpty();
        sandbox.stop(false);
        sandbox.delete();
        platform.assertNothingLeft();
    }

    private interface Change {
        void run() throws InterruptedException;
    }

    private void step(String what, Change change, boolean legal) throws Exception {
        if (random.nextInt(RESTARTS) == 0) {
            platform.stop();
            platform.start();
            sandbox = platform.sandboxes.fetch("web");
        }
        boolean faulty = random.nextInt(FAULTS) == 0;
        String armed = faulty ? arm() : "no fault";
        try {
            change.run();
        } catch (SunabaException e) {
            assertThat(faulty || !legal).as("%s fails without cause: %s", what, e).isTrue();
            failures++;
        } finally {
            platform.faults.arm("nowhere", () -> {});
            platform.storage.failWrite(0);
        }
        assertAgreed(what + ", " + armed);
    }

    /// Has QEMU fail, the guest refuse, the agent be silent, or a write fail.
    private String arm() {
        int chosen = random.nextInt(POINTS.size() + WRITES);
        if (chosen >= POINTS.size()) {
            int write = chosen - POINTS.size() + 1;
            platform.storage.failWrite(write);
            return "write " + write;
        }
        String point = POINTS.get(chosen);
        SunabaException failure =
                List.of(
                                new UnavailableException("injected"),
                                new RejectedException("injected"),
                                new TimedOutException("injected"))
                        .get(random.nextInt(3));
        platform.faults.arm(
                point,
                () -> {
                    throw failure;
                });
        return failure.getClass().getSimpleName() + " at " + point;
    }

    /// What the platform says is there.
    private Set<String> there() throws InterruptedException {
        Set<String> ids = new TreeSet<>();
        sandbox.listDevices().forEach(device -> ids.add(device.info().id()));
        sandbox.listInterfaces().stream()
                .map(Interface::name)
                .filter(name -> !name.equals("lo"))
                .forEach(ids::add);
        return ids;
    }

    private void assertAgreed(String when) throws InterruptedException {
        Host host = platform.hypervisor.only();
        FakeGuest guest = host.guest;
        Set<String> plugged = new TreeSet<>();
        host.disks.values().stream()
                .filter(disk -> !disk.readOnly())
                .forEach(disk -> plugged.add(String.valueOf(disk.serial())));
        host.shares
                .values()
                .forEach(share -> plugged.add(String.valueOf(share.directory().getFileName())));
        host.interfaces
                .values()
                .forEach(spec ->
                        plugged.add(
                                requireNonNull(
                                                guest.interfaces.get(spec.macAddress()),
                                                "no interface in the guest has "
                                                        + spec.macAddress()
                                                        + ": "
                                                        + when)
                                        .name()));
        Set<String> used =
                new TreeSet<>(requireNonNull(guest.containers.get("one")).devices.keySet());
        guest.interfaces.values().forEach(each -> used.add(each.name()));
        SandboxRecord record = new SandboxRecords(() -> platform.storage).load("web");
        Set<String> known = new TreeSet<>();
        Set<String> unsettled = new TreeSet<>();
        record.devices()
                .forEach(device ->
                        (device.intent() == null ? known : unsettled).add(device.info().id()));
        record.network()
                .interfaces()
                .forEach(each -> (each.intent() == null ? known : unsettled).add(each.name()));

        Set<String> said = there();
        assertThat(plugged).as("in the machine: %s", when).isEqualTo(said);
        assertThat(used).as("in the guest: %s", when).isEqualTo(said);
        // What could not be written is written before the next change.
        known.addAll(unsettled);
        Set<String> settled = new TreeSet<>(known);
        settled.removeAll(unsettled);
        assertThat(said).as("in the record: %s", when).containsAll(settled).isSubsetOf(known);
        assertThat(unsettled).as("unsettled: %s", when).hasSizeLessThanOrEqualTo(1);
        Set<String> expected = new TreeSet<>(said);
        expected.addAll(unsettled);
        assertThat(platform.networks.made)
                .as("on the host: %s", when)
                .hasSizeBetween(interfaces(said), interfaces(expected));
    }

    private static int interfaces(Set<String> ids) {
        return (int) ids.stream().filter(id -> id.startsWith("eth")).count();
    }
}
