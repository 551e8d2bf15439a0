package io.sunaba.tck.hypervisor;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.hypervisor.VmmFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A small hypervisor, right but for one fault. Its machines are processes that do nothing, and
/// their states are kept in files.
final class BrokenHypervisor implements Hypervisor {
    private static final long MEBIBYTE = 1024 * 1024;
    private static final long MOST_MEMORY = 1024 * 1024 * MEBIBYTE;
    private static final int MOST_VCPUS = 4;
    private static final long START_MILLIS = 50;

    /// The machines that somebody has a handle of.
    private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final @Nullable HypervisorFault fault;
    private final List<BrokenMachine> handles = new CopyOnWriteArrayList<>();

    BrokenHypervisor(Path directory, @Nullable HypervisorFault fault) {
        this.directory = directory;
        this.fault = fault;
        if (fault == HypervisorFault.LEAKS_THREADS) {
            Thread.ofPlatform().daemon().start(BrokenHypervisor::linger);
        }
    }

    private static void linger() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException _) {
            // never
        }
    }

    boolean has(HypervisorFault other) {
        return fault == other;
    }

    @Override
    public HypervisorCapabilities capabilities() {
        return new HypervisorCapabilities(
                "Nothing 1.0",
                "none",
                MOST_VCPUS,
                MEBIBYTE,
                has(HypervisorFault.BOASTS) ? Set.of(UsageMetrics.class) : Set.of());
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        check(spec);
        if (has(HypervisorFault.AT_MOST_TEN) && machines().size() >= 10) {
            throw new UnavailableException("there are ten machines");
        }
        MachineFolder folder = new MachineFolder(directory.resolve(spec.id()));
        folder.create(has(HypervisorFault.OVERWRITES) || has(HypervisorFault.RACES));
        boolean complete = false;
        try {
            folder.write("owner", spec.config().owner());
            folder.write("state", MachineState.CREATED.name());
            folder.startProcess();
            Thread.sleep(START_MILLIS);
            if (folder.state() == MachineState.GONE) {
                throw has(HypervisorFault.VAGUE)
                        ? new IllegalStateException("it ended")
                        : new VmmFailedException("machine " + spec.id() + " ended", "");
            }
            complete = true;
        } finally {
            if (!complete && !has(HypervisorFault.UNTIDY)) {
                folder.end(false);
            }
        }
        return handle(folder, false);
    }

    private BrokenMachine handle(MachineFolder folder, boolean takenUp) {
        BrokenMachine machine = new BrokenMachine(this, folder, takenUp);
        handles.add(machine);
        HELD.add(folder.id());
        return machine;
    }

    void letGo(BrokenMachine machine) {
        handles.remove(machine);
        HELD.remove(machine.id());
    }

    private void check(MachineSpec spec) {
        HypervisorConfig config = spec.config();
        if (!has(HypervisorFault.TAKES_ANY_ID) && !spec.id().matches("[0-9a-f]{32}")) {
            throw new RejectedException("not an id: " + spec.id());
        }
        if (!has(HypervisorFault.TAKES_ANY_MEMORY)
                && (config.memoryBytes() < MEBIBYTE
                        || config.maximumMemoryBytes() < config.memoryBytes()
                        || config.maximumMemoryBytes() > MOST_MEMORY)) {
            throw new RejectedException("not so much memory: " + config.memoryBytes());
        }
        if (!has(HypervisorFault.TAKES_ANY_VCPUS)
                && (config.vcpus() < 1
                        || config.maximumVcpus() < config.vcpus()
                        || config.maximumVcpus() > MOST_VCPUS)) {
            throw new RejectedException("not so many processors: " + config.vcpus());
        }
        GuestImage guest = config.guest();
        for (Path file : List.of(guest.kernel(), guest.initrd(), guest.rootDisk())) {
            if (!has(HypervisorFault.TAKES_ANY_IMAGE) && !Files.exists(file)) {
                throw new UnavailableException(file + " is missing");
            }
        }
    }

    @Override
    public Machine attach(MachineRecord record) {
        MachineFolder folder = new MachineFolder(directory.resolve(record.id()));
        if (!has(HypervisorFault.TAKES_ANY_RECORD)
                && !record.data().startsWith(BrokenMachine.DATA)) {
            throw new RejectedException("not a record of a machine: " + record.data());
        }
        if (folder.isDying() && !has(HypervisorFault.TAKES_UP_THE_DEAD)) {
            throw new NotFoundException("machine " + record.id() + " is gone");
        }
        if (has(HypervisorFault.ONE_HANDLE) && HELD.contains(record.id())) {
            throw new UnavailableException("somebody has machine " + record.id());
        }
        return handle(folder, true);
    }

    @Override
    public List<MachineRecord> machines() {
        try (Stream<Path> folders = Files.list(directory)) {
            return folders.map(MachineFolder::new)
                    .filter(folder ->
                            !has(HypervisorFault.HIDES_THE_DEAD)
                                    || folder.state() != MachineState.GONE)
                    .map(BrokenMachine::recordOf)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void destroy(String machineId) {
        boolean known = handles.stream().anyMatch(handle -> handle.id().equals(machineId));
        if (machineId.matches("[0-9a-f]{32}")
                && (known || !has(HypervisorFault.DESTROYS_ITS_OWN_ONLY))) {
            end(new MachineFolder(directory.resolve(machineId)));
        }
    }

    void end(MachineFolder folder) {
        folder.end(has(HypervisorFault.LEAVES_FILES));
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        throw new RejectedException("there is no " + kind.getSimpleName());
    }

    void close() {
        for (BrokenMachine handle : handles) {
            if (has(HypervisorFault.ENDS_MACHINES)) {
                end(handle.folder());
            }
            handle.close();
        }
    }
}
