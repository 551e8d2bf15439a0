package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Snapshots.check;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Snapshots that are none, are damaged, or do not fit are refused, and nothing is left of it.
final class SnapshotDamageChecks {
    private SnapshotDamageChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("restores nothing from what is no snapshot", SnapshotDamageChecks::none),
                check("refuses snapshots that lack a file", SnapshotDamageChecks::missing),
                check("refuses snapshots with a file cut short", SnapshotDamageChecks::cut),
                check("refuses snapshots with a bit flipped", SnapshotDamageChecks::flipped),
                check("refuses a spec unlike the saved one", SnapshotDamageChecks::unlike),
                check("refuses to restore bad ids and those in use", SnapshotDamageChecks::ids));
    }

    private static void none(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path empty = Snapshots.newDirectory(fixture);
        expectRefusal(fixture, hypervisor, empty);
        expectRefusal(fixture, hypervisor, empty.resolve("missing"));
        Path other = Snapshots.newDirectory(fixture);
        Files.writeString(other.resolve("manifest"), "something else\n");
        expectRefusal(fixture, hypervisor, other);
    }

    private static void missing(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        for (Path file : Snapshots.files(directory)) {
            Path aside = fixture.directory().resolve("aside");
            Files.move(file, aside);
            expectRefusal(fixture, hypervisor, directory);
            Files.move(aside, file);
        }
        Snapshots.restore(fixture, hypervisor, directory).stop();
    }

    private static void cut(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        for (Path path : Snapshots.files(directory)) {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                long last = file.length() - 1;
                file.seek(last);
                int lost = file.read();
                file.setLength(last);
                expectRefusal(fixture, hypervisor, directory);
                file.seek(last);
                file.write(lost);
            }
        }
        // As it was, whatever the times of its files.
        Snapshots.restore(fixture, hypervisor, directory).stop();
        for (Path path : Snapshots.files(directory)) {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(0);
            }
            expectRefusal(fixture, hypervisor, directory);
        }
    }

    private static void flipped(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        for (Path path : Snapshots.files(directory)) {
            long length = Files.size(path);
            for (long offset : new long[] {0, length / 2, length - 1}) {
                flip(path, offset);
                expectRefusal(fixture, hypervisor, directory);
                flip(path, offset);
            }
        }
        Snapshots.restore(fixture, hypervisor, directory).stop();
    }

    private static void flip(Path path, long offset) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int value = file.read();
            file.seek(offset);
            file.write(value ^ 1);
        }
    }

    private static void unlike(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        HypervisorConfig config = fixture.config();
        long memory = config.memoryBytes();
        long maximum = config.maximumMemoryBytes();
        long more = maximum + memory;
        List<HypervisorConfig> others =
                List.of(
                        Machines.withMemory(config, more, more),
                        Machines.withMemory(config, memory, more),
                        Machines.withVcpus(config, config.vcpus() + 1, config.vcpus() + 1),
                        Machines.withVcpus(config, config.vcpus(), config.maximumVcpus() + 1),
                        withBuild(config, "another"));
        for (HypervisorConfig other : others) {
            MachineSpec spec = new MachineSpec(Machines.newId(), other);
            Expect.names(
                    Expect.failure(
                            RejectedException.class,
                            "restore of " + other,
                            () -> Snapshots.restorer(hypervisor).restore(spec, directory)),
                    directory.toString());
            Machines.expectNothing(fixture, spec.id());
        }
        Snapshots.restore(fixture, hypervisor, directory).stop();
    }

    private static HypervisorConfig withBuild(HypervisorConfig config, String buildHash) {
        GuestImage guest = config.guest();
        return Machines.withGuest(
                config,
                new GuestImage(
                        guest.kernel(),
                        guest.initrd(),
                        guest.rootDisk(),
                        guest.kernelArguments(),
                        buildHash));
    }

    private static void ids(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Path directory = Snapshots.saved(fixture, hypervisor);
        Machine machine = Snapshots.restore(fixture, hypervisor, directory);
        MachineSpec inUse = new MachineSpec(machine.id(), fixture.config());
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "restore under an id in use",
                        () -> Snapshots.restorer(hypervisor).restore(inUse, directory)),
                machine.id());
        machine.resume();
        machine.stop();
        MachineSpec bad = new MachineSpec("../machine", fixture.config());
        Expect.failure(
                RejectedException.class,
                "restore under a bad id",
                () -> Snapshots.restorer(hypervisor).restore(bad, directory));
    }

    private static void expectRefusal(
            HypervisorFixture fixture, Hypervisor hypervisor, Path directory) throws Exception {
        MachineSpec spec = Snapshots.newSpec(fixture);
        Expect.names(
                Expect.failure(
                        RejectedException.class,
                        "restore from " + directory,
                        () -> Snapshots.restorer(hypervisor).restore(spec, directory)),
                directory.toString());
        Machines.expectNothing(fixture, spec.id());
        Expect.names(
                Expect.failure(
                        RejectedException.class,
                        "verify of " + directory,
                        () -> Snapshots.restorer(hypervisor).verify(directory)),
                directory.toString());
    }
}
