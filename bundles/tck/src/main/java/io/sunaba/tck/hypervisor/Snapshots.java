package io.sunaba.tck.hypervisor;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// What the checks of snapshots have in common.
final class Snapshots {
    private Snapshots() {}

    /// Makes a check that does nothing if the hypervisor has not both abilities. There must be
    /// nothing left of any machine in the end.
    static Check<HypervisorFixture> check(String name, Machines.Use use) {
        return Machines.check(
                name,
                (fixture, hypervisor) -> {
                    if (hypervisor
                            .capabilities()
                            .abilities()
                            .containsAll(Set.of(Snapshot.class, SnapshotRestore.class))) {
                        use.of(fixture, hypervisor);
                    }
                });
    }

    static Path newDirectory(HypervisorFixture fixture) throws IOException {
        return Files.createTempDirectory(fixture.directory(), "snapshot");
    }

    static Machine createPaused(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = Machines.createUp(fixture, hypervisor);
        machine.pause();
        return machine;
    }

    /// Saves a machine whose guest is up, ends it, and returns where it was saved.
    static Path saved(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = createPaused(fixture, hypervisor);
        Path directory = newDirectory(fixture);
        machine.ability(Snapshot.class).save(directory);
        machine.stop();
        return directory;
    }

    static SnapshotRestore restorer(Hypervisor hypervisor) {
        return hypervisor.ability(SnapshotRestore.class);
    }

    /// Restores a machine of the fixture's kind, under another owner.
    static Machine restore(HypervisorFixture fixture, Hypervisor hypervisor, Path directory)
            throws InterruptedException {
        Machine machine = restorer(hypervisor).restore(newSpec(fixture), directory);
        Machines.expectState(MachineState.PAUSED, machine);
        Expect.equal("owner", "clone", machine.record().owner());
        return machine;
    }

    static MachineSpec newSpec(HypervisorFixture fixture) {
        HypervisorConfig config = fixture.config();
        return new MachineSpec(
                Machines.newId(),
                new HypervisorConfig(
                        config.hypervisor(),
                        "clone",
                        config.guest(),
                        config.vcpus(),
                        config.maximumVcpus(),
                        config.memoryBytes(),
                        config.maximumMemoryBytes(),
                        config.sharedMemory(),
                        config.bootTimeout()));
    }

    static List<Path> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    static void expectEmpty(Path directory) throws IOException {
        Expect.equal("files of a snapshot", List.of(), files(directory));
    }

    static void delete(Path directory) throws IOException {
        for (Path file : files(directory)) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
