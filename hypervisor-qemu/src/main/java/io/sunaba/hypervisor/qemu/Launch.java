package io.sunaba.hypervisor.qemu;

import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.VmmFailedException;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.machine.Ending;
import io.sunaba.vmm.machine.Records;
import io.sunaba.vmm.machine.VmmProgram;
import io.sunaba.vmm.snapshot.SavedMachine;
import io.sunaba.vmm.snapshot.Traits;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The start of one machine's process, up to where it waits for the order to run. Leaves all or
/// nothing.
///
/// The record is there before the process, so that nobody has to guess what a process is that was
/// being started when the platform died.
final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

    private final QemuConfig config;
    private final MachineSpec spec;
    private final Acceleration acceleration;
    private final @Nullable SavedMachine saved;
    private final long startedAt = System.nanoTime();
    private final long deadline;

    /// @param saved what the machine goes on from, checked before, or null if it boots
    Launch(
            QemuConfig config,
            MachineSpec spec,
            Acceleration acceleration,
            @Nullable SavedMachine saved) {
        this.config = config;
        this.spec = spec;
        this.acceleration = acceleration;
        this.saved = saved;
        this.deadline = startedAt + config.startTimeout().toNanos();
    }

    QemuVm run(VmmProgram.Found qemu, Runnable forget) throws InterruptedException {
        QemuFiles files = QemuFiles.of(config.runtimeDirectory(), spec.id());
        files.create();
        Process child = null;
        boolean complete = false;
        try (ServerSocketChannel ready = listen(files)) {
            record(files, null);
            writeTraits(qemu, files);
            child = start(qemu, files);
            HostProcess process = identify(child, files);
            record(files, process);
            awaitReady(ready, child, files);
            Files.deleteIfExists(files.readySocket());
            QemuVm vm = new QemuVm(files, spec.config().owner(), process, child, config, forget);
            connect(vm, child, files);
            complete = true;
            LOG.info(
                    "machine {} {} in {} ms, process {}",
                    spec.id(),
                    saved == null ? "created" : "restored",
                    elapsedMillis(),
                    process.pid());
            return vm;
        } catch (IOException e) {
            throw new UnavailableException("cannot start QEMU for machine " + spec.id(), e);
        } finally {
            if (!complete) {
                undo(child, files);
            }
        }
    }

    private static ServerSocketChannel listen(QemuFiles files) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(files.readySocket()));
    }

    private void record(QemuFiles files, @Nullable HostProcess process) {
        String data = new Records.Data(files.directory(), process).toJson();
        files.write(new MachineRecord(spec.id(), spec.config().owner(), data));
    }

    private Process start(VmmProgram.Found qemu, QemuFiles files) throws IOException {
        Path memory = saved == null ? null : saved.memory();
        return qemu.program()
                .startDetached(CommandLine.of(spec, files, acceleration, memory), files.log());
    }

    /// A machine that was restored cannot be saved: its memory is partly its own and partly that of
    /// the file.
    private void writeTraits(VmmProgram.Found qemu, QemuFiles files) throws IOException {
        if (saved == null) {
            Traits traits = QemuTraits.of(spec, qemu.version(), acceleration);
            PrivateDirectory.write(files.traits(), traits.toJson().toString());
        }
    }

    private HostProcess identify(Process child, QemuFiles files) throws InterruptedException {
        HostProcess process = HostProcess.find(child.pid()).orElse(null);
        if (process == null) {
            throw died(child, files);
        }
        return process;
    }

    /// Waits for QEMU's call. Its end, or the end of our patience, ends the waiting too.
    private void awaitReady(ServerSocketChannel ready, Process child, QemuFiles files)
            throws IOException, InterruptedException {
        var _ =
                child.onExit()
                        .orTimeout(left().toNanos(), TimeUnit.NANOSECONDS)
                        .whenComplete((_, _) -> close(ready));
        try (SocketChannel _ = ready.accept()) {
            LOG.debug("machine {}: sockets are there after {} ms", spec.id(), elapsedMillis());
        } catch (ClosedByInterruptException _) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while machine was created: " + spec.id());
        } catch (ClosedChannelException _) {
            throw died(child, files);
        }
    }

    private void connect(QemuVm vm, Process child, QemuFiles files) throws InterruptedException {
        try {
            vm.connect(left());
            if (saved != null) {
                new IncomingState(vm, saved.state()).load(left());
            }
        } catch (UnavailableException | TimedOutException e) {
            VmmFailedException death = died(child, files);
            death.addSuppressed(e);
            throw death;
        }
    }

    /// Makes the error of a process that ended or does not answer.
    private VmmFailedException died(Process child, QemuFiles files) throws InterruptedException {
        // Its sockets close a little before it has ended.
        String how =
                child.waitFor(Math.min(left().toMillis(), 1000), TimeUnit.MILLISECONDS)
                        ? Ending.status("QEMU", child.exitValue())
                        : "QEMU was not ready within %d ms"
                                .formatted(config.startTimeout().toMillis());
        return new VmmFailedException(
                "machine %s cannot be created: %s".formatted(spec.id(), how),
                Ending.lastWords(files.log()));
    }

    private void undo(@Nullable Process child, QemuFiles files) {
        if (child != null) {
            child.destroyForcibly();
            boolean interrupted = false;
            boolean gone = false;
            while (!gone) {
                try {
                    child.waitFor();
                    gone = true;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            files.delete();
        } catch (UnavailableException e) {
            // The error that led here is the one to report.
            LOG.warn("machine {}: its files are left", spec.id(), e);
        }
    }

    private static void close(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // nothing left to close
        }
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }

    private long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
    }
}
