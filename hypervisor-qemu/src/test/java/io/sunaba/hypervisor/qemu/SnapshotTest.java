package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.VmmFailedException;
import io.sunaba.tck.hypervisor.TinyKernel;
import io.sunaba.vmm.DataRanges;
import io.sunaba.vmm.snapshot.Checksum;
import io.sunaba.vmm.snapshot.Manifest;
import io.sunaba.vmm.snapshot.SavedMachine;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What snapshots of QEMU's machines are beyond the contract.
class SnapshotTest {
    private static final String FIRST = "0".repeat(32);

    private QemuFixture fixture;
    private QemuHypervisor hypervisor;
    private Path directory;
    private int machines;

    @BeforeEach
    void open() throws Exception {
        fixture = new QemuFixture();
        hypervisor = new QemuHypervisor(fixture.settings());
        directory = Files.createDirectory(fixture.directory().resolve("snapshot"));
    }

    @AfterEach
    void close() throws Exception {
        for (var record : hypervisor.machines()) {
            hypervisor.destroy(record.id());
        }
        hypervisor.deactivate();
        fixture.close();
    }

    private Machine save(HypervisorConfig config, String seen) throws Exception {
        Machine machine = hypervisor.create(new MachineSpec(FIRST, config));
        machine.start();
        QemuFixture.awaitConsole(machine, seen);
        machine.pause();
        machine.ability(Snapshot.class).save(directory);
        return machine;
    }

    private Machine restore(HypervisorConfig config) throws Exception {
        machines++;
        return hypervisor
                .ability(SnapshotRestore.class)
                .restore(new MachineSpec("%032x".formatted(machines), config), directory);
    }

    @Test
    void clonesGoOnWhereTheMachineWasEachForItself() throws Exception {
        HypervisorConfig config = fixture.config(new TinyKernel().count());
        save(config, "abc");
        Machine first = restore(config);
        first.resume();
        // The saved letter is not the first that it prints: it did not start from its beginning.
        QemuFixture.awaitConsole(first, "ghijkl");
        Machine second = restore(config);
        second.resume();
        QemuFixture.awaitConsole(second, "ghijkl");
        for (Machine clone : new Machine[] {first, second}) {
            String printed = String.join("", clone.consoleTail(10));
            assertThat(printed.charAt(0)).isBetween('d', 'g');
        }
    }

    @Test
    void filesAreTheOwnersAloneAndSparse() throws Exception {
        save(fixture.config(), "up");
        for (String name : new String[] {"memory", "state"}) {
            assertThat(Files.getPosixFilePermissions(directory.resolve(name)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(directory.resolve("memory")).hasSize(fixture.config().memoryBytes());
        long data =
                DataRanges.of(directory.resolve("memory")).stream()
                        .mapToLong(range -> range.end() - range.start())
                        .sum();
        assertThat(data).isBetween(1L, 8 * QemuFixture.MEBIBYTE);
    }

    @Test
    void deviceStateIsSmallBecauseMemoryIsNoPartOfIt() throws Exception {
        save(fixture.config(), "up");
        assertThat(Files.size(directory.resolve("state"))).isLessThan(2 * QemuFixture.MEBIBYTE);
    }

    @Test
    void snapshotsOfAnotherQemuAreRefused() throws Exception {
        save(fixture.config(), "up");
        Path manifest = directory.resolve("manifest");
        JsonObject json =
                JsonParser.parseString(Files.readAllLines(manifest).get(1)).getAsJsonObject();
        json.getAsJsonObject("machine").addProperty("hypervisor", "QEMU 6.0.0");
        Files.writeString(manifest, Checksum.of(json.toString()) + "\n" + json + "\n");
        assertThatThrownBy(() -> restore(fixture.config()))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("is of a machine with hypervisor QEMU 6.0.0, not QEMU ");
        json.addProperty("plugin", "another");
        Files.writeString(manifest, Checksum.of(json.toString()) + "\n" + json + "\n");
        assertThatThrownBy(() -> restore(fixture.config()))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("is none that this version of hypervisor qemu made");
    }

    /// As a failing disk would: behind the file system's back.
    @Test
    void memoryThatChangedWithoutATraceIsFoundByTheVerification() throws Exception {
        save(fixture.config(), "up");
        Path memory = directory.resolve("memory");
        var modified = Files.getLastModifiedTime(memory);
        try (RandomAccessFile file = new RandomAccessFile(memory.toFile(), "rw")) {
            file.seek(fixture.config().memoryBytes() / 2);
            file.write(1);
        }
        Files.setLastModifiedTime(memory, modified);
        assertThatThrownBy(() -> hypervisor.ability(SnapshotRestore.class).verify(directory))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("memory: its content changed");
    }

    @Test
    void stateThatQemuCannotReadEndsItAndNothingIsLeft() throws Exception {
        Machine machine = save(fixture.config(), "up");
        machine.stop();
        SavedMachine saved = new SavedMachine(directory, QemuHypervisor.QEMU);
        Manifest manifest = saved.requireManifest();
        Files.write(directory.resolve("state"), new byte[1000]);
        saved.complete(manifest.traits(), manifest.memoryChecksum());
        assertThatThrownBy(() -> restore(fixture.config()))
                .isInstanceOf(VmmFailedException.class)
                .hasMessageContaining("QEMU ended with status 1");
        assertThat(fixture.machineDirectory()).isEmptyDirectory();
    }

    @Test
    void fileThatCannotBeWrittenLeavesTheMachineSavable() throws Exception {
        Machine machine = hypervisor.create(new MachineSpec(FIRST, fixture.config()));
        machine.start();
        fixture.awaitUp(machine);
        machine.pause();
        // In the way of what QEMU is to tell.
        Path part = fixture.machineDirectory().resolve(FIRST).resolve("state.new");
        Files.createDirectories(part.resolve("full"));
        assertThatThrownBy(() -> machine.ability(Snapshot.class).save(directory))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("cannot save machine " + FIRST);
        assertThat(directory).isEmptyDirectory();
        assertThat(machine.state()).isEqualTo(MachineState.PAUSED);
        Files.delete(part.resolve("full"));
        machine.ability(Snapshot.class).save(directory);
        restore(fixture.config()).resume();
    }
}
