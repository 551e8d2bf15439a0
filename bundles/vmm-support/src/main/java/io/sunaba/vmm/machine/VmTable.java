package io.sunaba.vmm.machine;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.device.ShareDaemon;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// The machines of one hypervisor on this host: those that have handles, and those that have files.
public final class VmTable {
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

    private final String hypervisor;
    private final Path runtimeDirectory;

    /// The machines that have handles, or are about to. Whoever puts an entry in completes it.
    private final Map<String, CompletableFuture<Vm>> vms = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    /// Where a [Vm] comes from, given what to call when there is nothing left to know of it.
    @FunctionalInterface
    public interface Source {
        Vm open(Runnable forget) throws InterruptedException;
    }

    /// Makes sure that there is a directory for the machines.
    ///
    /// @param hypervisor the name of the hypervisor
    /// @param pid whose configuration names the directory
    public VmTable(String hypervisor, String pid, Path runtimeDirectory) {
        this.hypervisor = hypervisor;
        this.runtimeDirectory = runtimeDirectory;
        try {
            PrivateDirectory.ensure(runtimeDirectory);
        } catch (IOException e) {
            throw new UnavailableException(
                    "%s: runtime.directory %s cannot be used".formatted(pid, runtimeDirectory), e);
        }
    }

    /// Drops all handles; the machines go on.
    public void deactivate() {
        stopped = true;
        for (CompletableFuture<Vm> entry : vms.values()) {
            var _ = entry.thenAccept(Vm::closeAll);
        }
    }

    /// Expects that the hypervisor is in use.
    ///
    /// @throws UnavailableException if it is not any more
    public void requireActive() {
        if (stopped) {
            throw new UnavailableException(
                    "this instance of hypervisor %s is stopped".formatted(hypervisor));
        }
    }

    /// Makes a machine.
    ///
    /// @throws ConflictException if there is one of that id
    public Machine create(String id, Source source) throws InterruptedException {
        CompletableFuture<Vm> entry = new CompletableFuture<>();
        if (vms.putIfAbsent(id, entry) != null) {
            throw new ConflictException("machine %s exists".formatted(id));
        }
        return fill(id, entry, source);
    }

    /// Takes up a machine, unless it is known.
    ///
    /// @throws NotFoundException if it is gone
    public Machine attach(String id, Source source) throws InterruptedException {
        while (true) {
            CompletableFuture<Vm> entry = new CompletableFuture<>();
            CompletableFuture<Vm> known = vms.putIfAbsent(id, entry);
            if (known == null) {
                return fill(id, entry, source);
            }
            Vm vm = await(known);
            if (vm != null && vm.state() == MachineState.GONE) {
                throw gone(id);
            }
            Machine handle = vm == null ? null : vm.open();
            if (handle != null) {
                return handle;
            }
        }
    }

    private Machine fill(String id, CompletableFuture<Vm> entry, Source source)
            throws InterruptedException {
        try {
            Vm vm = source.open(() -> vms.remove(id, entry));
            // Before anybody else sees it, so that nobody releases it.
            Machine handle = requireNonNull(vm.open());
            entry.complete(vm);
            return handle;
        } finally {
            leave(id, entry);
        }
    }

    /// Removes an entry that came to nothing; those who wait for it try for themselves.
    private void leave(String id, CompletableFuture<Vm> entry) {
        if (!entry.isDone()) {
            vms.remove(id, entry);
            entry.cancel(false);
        }
    }

    private static @Nullable Vm await(CompletableFuture<Vm> entry) throws InterruptedException {
        try {
            return entry.get();
        } catch (CancellationException _) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Makes the error of who looks for a machine that is gone.
    public static NotFoundException gone(String id) {
        return new NotFoundException("machine %s is gone".formatted(id));
    }

    /// Lists all machines that left a trace.
    public List<MachineRecord> list() {
        List<MachineRecord> records = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(runtimeDirectory)) {
            for (Path directory : directories) {
                MachineFiles files = new MachineFiles(directory);
                if (MachineFiles.isId(files.id())) {
                    records.add(files.read());
                }
            }
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            throw new UnavailableException("cannot list " + runtimeDirectory, e);
        }
        return List.copyOf(records);
    }

    /// Ends a machine and removes every trace of it.
    ///
    /// @param argument what tells its process from all others
    public void destroy(String id, String argument) throws InterruptedException {
        if (!MachineFiles.isId(id)) {
            return;
        }
        CompletableFuture<Vm> entry = new CompletableFuture<>();
        CompletableFuture<Vm> known = vms.putIfAbsent(id, entry);
        while (known != null) {
            Vm vm = await(known);
            if (vm != null) {
                vm.stop();
                return;
            }
            known = vms.putIfAbsent(id, entry);
        }
        try {
            MachineFiles files = new MachineFiles(runtimeDirectory.resolve(id));
            Records.living(files, argument).ifPresent(process -> kill(id, process));
            ShareDaemon.endAll(files);
            files.delete();
        } finally {
            leave(id, entry);
        }
    }

    private static void kill(String id, HostProcess process) {
        process.kill();
        if (!process.awaitEnd(KILL_TIMEOUT)) {
            throw new UnavailableException(
                    "process %d of machine %s does not die".formatted(process.pid(), id));
        }
    }
}
