package io.sunaba.hypervisor.clh;

import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.VmmFailedException;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.NamedPipe;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.Program;
import io.sunaba.vmm.UnixSockets;
import io.sunaba.vmm.machine.Ending;
import io.sunaba.vmm.machine.Records;
import io.sunaba.vmm.machine.VmmProgram;
import io.sunaba.vmm.snapshot.SavedMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The start of one machine's process, up to where it waits for the order to boot, or to go on.
/// Leaves all or nothing.
///
/// The record is there before the process, so that nobody has to guess what a process is that was
/// being started when the platform died.
final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);
    private static final long DYING_MILLIS = 1000;

    private final ClhConfig config;
    private final ApiClient client;
    private final MachineSpec spec;
    private final @Nullable SavedMachine saved;
    private final ClhFiles files;
    private final long startedAt = System.nanoTime();
    private final long deadline;

    /// @param saved what the machine goes on from, checked before, or null if it boots
    Launch(ClhConfig config, ApiClient client, MachineSpec spec, @Nullable SavedMachine saved) {
        this.config = config;
        this.client = client;
        this.spec = spec;
        this.saved = saved;
        this.files = ClhFiles.of(config.runtimeDirectory(), spec.id());
        this.deadline = startedAt + config.startTimeout().toNanos();
    }

    ClhVm run(VmmProgram.Found program, Runnable forget) throws InterruptedException {
        files.create();
        Process child = null;
        boolean complete = false;
        try {
            record(null);
            if (saved == null) {
                PrivateDirectory.write(
                        files.traits(), ClhTraits.of(spec, program.version()).toJson().toString());
            }
            NamedPipe.create(files.events());
            child = start(program);
            HostProcess process = identify(child);
            record(process);
            Api api = new Api(client, files.apiSocket(), config.requestTimeout());
            awaitReady(child);
            make(child, api);
            ClhVm vm = new ClhVm(files, spec.config().owner(), process, child, api, config, forget);
            connect(vm, child);
            complete = true;
            LOG.info(
                    "machine {} {} in {} ms, process {}",
                    spec.id(),
                    saved == null ? "created" : "restored",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt),
                    process.pid());
            return vm;
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot start Cloud Hypervisor for machine " + spec.id(), e);
        } finally {
            if (!complete) {
                undo(child);
            }
        }
    }

    private void record(@Nullable HostProcess process) {
        String data = new Records.Data(files.directory(), process).toJson();
        files.write(new MachineRecord(spec.id(), spec.config().owner(), data));
    }

    private Process start(VmmProgram.Found program) throws IOException {
        Program shell =
                Program.find("sh").orElseThrow(() -> new IOException("program sh is missing"));
        return shell.startDetached(CommandLine.of(program, files), files.log());
    }

    private HostProcess identify(Process child) throws InterruptedException {
        HostProcess process = HostProcess.find(child.pid()).orElse(null);
        if (process == null) {
            throw died(child, null);
        }
        return process;
    }

    /// Waits until the API is served. It is asked only then: a connection that is refused would
    /// look the same as one to a VMM that died.
    private void awaitReady(Process child) throws InterruptedException {
        while (!UnixSockets.listens(files.apiSocket())) {
            if (!child.isAlive() || System.nanoTime() > deadline) {
                throw died(child, null);
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    /// Makes the VM. An interrupt leaves it half made, which ends with the process.
    private void make(Process child, Api api) throws IOException, InterruptedException {
        try {
            LOG.debug("machine {}: served by version {}", spec.id(), api.ping().version());
            if (saved == null) {
                api.begin("vm.create", CommandLine.config(spec, files));
            } else {
                SavedState.read(saved).writeFor(spec, files);
                api.begin("vm.restore", new Requests.Restore(ClhVm.url(files.restore()), false));
                PrivateDirectory.delete(files.restore());
            }
        } catch (ApiException e) {
            throw died(child, e);
        }
    }

    private void connect(ClhVm vm, Process child) throws InterruptedException {
        try {
            vm.connect(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (UnavailableException | TimedOutException e) {
            throw died(child, e);
        }
    }

    /// Makes the error of a process that ended, does not answer, or does not do as it is told.
    private VmmFailedException died(Process child, @Nullable Exception cause)
            throws InterruptedException {
        boolean refused = cause instanceof ApiException e && e.status() != ApiException.NONE;
        // Its sockets close a little before it has ended.
        String how;
        if (!refused && child.waitFor(DYING_MILLIS, TimeUnit.MILLISECONDS)) {
            how = Ending.status(ClhProgram.NAME, child.exitValue());
        } else if (cause != null) {
            how = String.valueOf(cause.getMessage());
        } else {
            how =
                    "%s was not ready within %d ms"
                            .formatted(ClhProgram.NAME, config.startTimeout().toMillis());
        }
        VmmFailedException failure =
                new VmmFailedException(
                        "machine %s cannot be %s: %s"
                                .formatted(spec.id(), saved == null ? "created" : "restored", how),
                        Ending.lastWords(files.log()));
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }

    private void undo(@Nullable Process child) {
        if (child != null) {
            child.destroyForcibly();
            boolean interrupted = false;
            while (child.isAlive()) {
                try {
                    child.waitFor();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            if (Files.exists(files.directory())) {
                files.delete();
            }
        } catch (UnavailableException e) {
            // The error that led here is the one to report.
            LOG.warn("machine {}: its files are left", spec.id(), e);
        }
    }
}
