package io.sunaba.hypervisor.clh;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonParser;
import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.snapshot.MemoryImage;
import io.sunaba.vmm.snapshot.SavedMachine;
import io.sunaba.vmm.snapshot.Traits;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Saves a machine: Cloud Hypervisor writes all of it, and the memory is copied once more, without
/// its zeros.
final class Saving implements Snapshot {
    private static final Logger LOG = LoggerFactory.getLogger(Saving.class);

    /// What Cloud Hypervisor calls the file with the memory.
    private static final String MEMORY = "memory-ranges";

    private final ClhVm vm;
    private final ClhDevices devices;
    private final Traits traits;

    private Saving(ClhVm vm, ClhDevices devices, Traits traits) {
        this.vm = vm;
        this.devices = devices;
        this.traits = traits;
    }

    /// Returns the ability.
    ///
    /// @throws RejectedException if the machine cannot be saved in any state
    static Saving of(ClhVm vm, ClhDevices devices) {
        try {
            String text = Files.readString(vm.files().traits());
            return new Saving(
                    vm, devices, Traits.ofJson(JsonParser.parseString(text).getAsJsonObject()));
        } catch (IOException e) {
            throw new RejectedException(
                    "machine %s lacks the ability %s: it was itself restored"
                            .formatted(vm.id(), Snapshot.class.getSimpleName()),
                    e);
        }
    }

    @Override
    public void save(Path directory) throws InterruptedException {
        requireNonNull(directory, "directory is null");
        vm.changes().lockInterruptibly();
        try {
            requireSavable();
            SavedMachine target = SavedMachine.into(directory, ClhHypervisor.CLH);
            Path part = directory.toAbsolutePath().resolve("part");
            boolean complete = false;
            try {
                write(target, part);
                complete = true;
            } finally {
                if (!complete) {
                    clear(target, part);
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
        try {
            Requests.Info info = vm.api().info();
            List<String> plugged = new ArrayList<>(devices.names());
            if (!String.valueOf(info.config().cpus().bootVcpus())
                    .equals(traits.values().get("vcpus"))) {
                plugged.add("processors");
            }
            if (info.memoryActualSize() != Resizing.Room.of(info.config().memory()).base()) {
                plugged.add("memory");
            }
            if (!plugged.isEmpty()) {
                throw new ConflictException(
                        "cannot save machine %s: devices are plugged into it: %s"
                                .formatted(vm.id(), plugged));
            }
        } catch (ApiException e) {
            throw vm.failure("cannot save machine " + vm.id(), e);
        }
    }

    private void write(SavedMachine target, Path part) throws InterruptedException {
        try {
            PrivateDirectory.create(part);
            vm.api().change("vm.snapshot", new Requests.Snapshot(ClhVm.url(part)));
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while machine was saved: " + vm.id());
            }
            SavedState.ofSnapshot(part).write(target.state());
            Path memory = part.resolve(MEMORY);
            long checksum = MemoryImage.copy(memory, target.memory(), Files.size(memory));
            PrivateDirectory.delete(part);
            target.complete(traits, checksum);
            LOG.info("machine {} saved into {}", vm.id(), target.directory());
        } catch (ClosedByInterruptException _) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while machine was saved: " + vm.id());
        } catch (ApiException | IOException e) {
            if (!vm.process().isAlive()) {
                throw vm.gone("save");
            }
            throw new UnavailableException(
                    "cannot save machine %s into %s: %s"
                            .formatted(vm.id(), target.directory(), e.getMessage()),
                    e);
        }
    }

    private void clear(SavedMachine target, Path part) {
        try {
            PrivateDirectory.delete(part);
            target.clear();
        } catch (IOException e) {
            // The error that led here is the one to report.
            LOG.warn("machine {}: a part of it is left in {}", vm.id(), target.directory(), e);
        }
    }
}
