package io.sunaba.hypervisor.qemu;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.vmm.DataRanges;
import io.sunaba.vmm.snapshot.MemoryImage;
import io.sunaba.vmm.snapshot.SavedMachine;
import io.sunaba.vmm.snapshot.Traits;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Saves a machine: QEMU tells the state of the devices, and the memory is copied past it.
final class Saving implements Snapshot {
    private static final Logger LOG = LoggerFactory.getLogger(Saving.class);

    /// What the kernel calls the file of the guest's memory.
    private static final String MEMORY = "/memfd:memory-backend-memfd";

    private static final String DEVICES = "/machine/peripheral";

    private final QemuVm vm;

    private Saving(QemuVm vm) {
        this.vm = vm;
    }

    /// Returns the ability.
    ///
    /// @throws RejectedException if the machine cannot be saved in any state
    static Saving of(QemuVm vm) {
        if (!Files.exists(vm.files().traits())) {
            throw new RejectedException(
                    "machine %s lacks the ability %s: it was itself restored, or made by an earlier version"
                            .formatted(vm.id(), Snapshot.class.getSimpleName()));
        }
        return new Saving(vm);
    }

    @Override
    public void save(Path directory) throws InterruptedException {
        requireNonNull(directory, "directory is null");
        vm.changes().lockInterruptibly();
        try {
            requireSavable();
            SavedMachine target = SavedMachine.into(directory, QemuHypervisor.QEMU);
            boolean complete = false;
            try {
                write(target);
                complete = true;
            } finally {
                if (!complete) {
                    clear(target);
                }
            }
        } finally {
            vm.changes().unlock();
        }
    }

    private void requireSavable() throws InterruptedException {
        if (vm.state() != MachineState.PAUSED) {
            throw new ConflictException(
                    "cannot save machine %s: it is %s, not %s"
                            .formatted(vm.id(), vm.state(), MachineState.PAUSED));
        }
        List<String> plugged = plugged();
        if (!plugged.isEmpty()) {
            throw new ConflictException(
                    "cannot save machine %s: devices are plugged into it: %s"
                            .formatted(vm.id(), plugged));
        }
    }

    /// Lists the devices that a machine does not have when it is created.
    private List<String> plugged() throws InterruptedException {
        try {
            List<String> names = new ArrayList<>();
            vm.qmp()
                    .execute("qom-list", QmpArguments.of("path", DEVICES))
                    .getAsJsonArray()
                    .forEach(child -> {
                        JsonObject device = child.getAsJsonObject();
                        String name = device.get("name").getAsString();
                        if (device.get("type").getAsString().startsWith("child<")
                                && !CommandLine.DEVICES.contains(name)) {
                            names.add(name);
                        }
                    });
            if (new Resizing(vm).grown()) {
                names.add("memory");
            }
            return names;
        } catch (QmpException e) {
            throw new UnavailableException("cannot save machine " + vm.id(), e);
        }
    }

    private void write(SavedMachine target) throws InterruptedException {
        long started = System.nanoTime();
        try {
            Traits traits =
                    Traits.ofJson(
                            JsonParser.parseString(Files.readString(vm.files().traits()))
                                    .getAsJsonObject());
            Files.copy(new OutgoingState(vm).file(), target.state());
            long size = new Resizing(vm).baseMemory();
            long checksum = MemoryImage.copy(memory(size), target.memory(), size);
            target.complete(traits, checksum);
            vm.requireAlive("save");
            LOG.info(
                    "machine {} saved in {} ms",
                    vm.id(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        } catch (ClosedByInterruptException _) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while machine was saved: " + vm.id());
        } catch (QmpException | IOException e) {
            if (!vm.process().isAlive()) {
                throw vm.gone("save");
            }
            throw new UnavailableException(
                    "cannot save machine %s into %s: %s"
                            .formatted(vm.id(), target.directory(), e.getMessage()),
                    e);
        }
    }

    /// Finds the file of the guest's memory, which has no name but with the process that opened it.
    /// There is another for memory that can be added, of which there is none.
    private Path memory(long size) throws IOException {
        Path descriptors = Path.of("/proc/%d/fd".formatted(vm.process().pid()));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(descriptors)) {
            for (Path file : files) {
                String name = Files.readSymbolicLink(file).toString();
                if (name.startsWith(MEMORY) && Files.size(file) == size && holdsData(file)) {
                    return file;
                }
            }
        }
        throw new IOException("QEMU has no open file %s of %d bytes".formatted(MEMORY, size));
    }

    private static boolean holdsData(Path file) throws IOException {
        return DataRanges.of(file).iterator().hasNext();
    }

    private void clear(SavedMachine target) {
        try {
            target.clear();
        } catch (IOException e) {
            // The error that led here is the one to report.
            LOG.warn("machine {}: a part of it is left in {}", vm.id(), target.directory(), e);
        }
    }
}
