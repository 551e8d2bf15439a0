package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.record.Size;
import io.sunaba.core.state.Operation;
import io.sunaba.core.state.SandboxTransitions;
import io.sunaba.core.validation.SandboxRules;
import io.sunaba.core.workflow.Limited;
import io.sunaba.core.workflow.Step;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.core.workflow.Workflow;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.SandboxState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Start, stop and end of one sandbox. Called under its exclusive lock.
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private final Parts parts;
    private final ContainerWork work;

    Lifecycle(Parts parts, ContainerWork work) {
        this.parts = requireNonNull(parts, "parts is null");
        this.work = requireNonNull(work, "work is null");
    }

    private SandboxRecord record() {
        return parts.ledger().record();
    }

    /// Changes the size that is asked for, and that of the machine if there is one.
    void resize(@Nullable Integer vcpus, @Nullable Long memoryBytes) throws InterruptedException {
        SandboxTransitions.next(parts.id(), record().state(), Operation.RESIZE);
        Size before = record().asked();
        Size asked =
                new Size(
                        vcpus == null ? before.vcpus() : vcpus,
                        memoryBytes == null ? before.memoryBytes() : memoryBytes);
        SandboxRules.checkSize(
                asked.vcpus(),
                asked.memoryBytes(),
                parts.environment().config().get(),
                parts.environment().host(),
                parts.environment()
                        .plugins()
                        .steady(Kind.HYPERVISOR, record().hypervisor())
                        .capabilities());
        SandboxRecord next = record().asking(asked);
        if (next.machine() == null) {
            parts.ledger().commit(next.sized(asked));
            return;
        }
        MachineRecord machine = parts.connection().machine().record();
        Size size;
        try {
            size =
                    parts.sizing()
                            .change(
                                    next.size(),
                                    parts.sizing().needed(next),
                                    has -> parts.ledger().intend(next.sized(has).on(machine)));
        } catch (RuntimeException | InterruptedException failure) {
            parts.ledger().flush();
            throw failure;
        }
        parts.ledger().note(next.sized(size).on(machine));
        LOG.info("Sandbox {} has {} now", parts.id(), size);
    }

    void start() throws InterruptedException {
        long begun = System.nanoTime();
        SandboxState next = SandboxTransitions.next(parts.id(), record().state(), Operation.START);
        boolean stopped = record().state() == SandboxState.STOPPED;
        if (stopped) {
            boot();
        }
        try {
            if (!record().containers().isEmpty()) {
                work.intendToStart(record().containers());
            }
            for (ContainerRecord container : record().containers()) {
                work.start(container);
            }
        } catch (RuntimeException | InterruptedException failure) {
            undoStart(stopped, failure);
            throw failure;
        }
        parts.ledger().note(record().in(next));
        log("started", begun);
    }

    private void boot() throws InterruptedException {
        SandboxRecord before = record();
        SandboxRecord record = before.on(parts.network().plan().again(before.network()));
        try (RootImages images =
                RootImages.again(parts.environment().packer(), record.containers())) {
            Boot boot =
                    new Boot(
                            parts,
                            Boot.guest(parts.environment()),
                            record.containers().stream().map(ContainerRecord::config).toList(),
                            images,
                            record);
            List<Step> steps = new ArrayList<>();
            if (!record.network().interfaces().isEmpty()) {
                steps.add(
                        new Step(
                                "the intent record",
                                () -> parts.ledger().intend(record),
                                () -> parts.ledger().flush()));
            }
            steps.addAll(boot.steps());
            steps.add(new Step("the record", () -> parts.ledger().commit(boot.result())));
            Workflow.run("start of sandbox " + record.id(), steps);
        }
    }

    private void undoStart(boolean stopped, Exception failure) {
        try {
            Uninterrupted.run(() -> {
                if (stopped) {
                    end(null);
                } else {
                    work.endStarted();
                    parts.ledger().flush();
                }
            });
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    void stop(boolean force) throws InterruptedException {
        long begun = System.nanoTime();
        SandboxRecord record = record();
        SandboxTransitions.next(record.id(), record.state(), Operation.STOP);
        if (record.state() == SandboxState.STOPPED) {
            return;
        }
        if (force) {
            intendToStop();
            try {
                Limited.run(
                        "the end of the guest of sandbox " + record.id(),
                        work.patience(),
                        () -> parts.connection().agent().destroySandbox());
            } catch (SunabaException e) {
                LOG.warn("Sandbox {} is stopped by force", record.id(), e);
            }
        } else {
            work.endOrderly(record.containers());
            intendToStop();
            parts.connection().agent().destroySandbox();
        }
        end(null);
        log("stopped", begun);
    }

    /// From here on there is no way back: the guest is emptied. A machine can be ended without it
    /// being stored before, if it must.
    private void intendToStop() {
        if (!parts.environment().records().hasStorage()) {
            return;
        }
        try {
            parts.ledger().intend(record().stopping());
        } catch (RuntimeException e) {
            LOG.warn("That sandbox {} is being stopped cannot be stored", parts.id(), e);
        }
    }

    /// Completes a stop that was cut short.
    void completeStop() throws InterruptedException {
        end(null);
        LOG.info("Sandbox {}, whose stop was cut short, is stopped", parts.id());
    }

    /// Ends the machine and takes note of it.
    ///
    /// @param reason why, if that was not asked for
    private void end(@Nullable String reason) throws InterruptedException {
        Processes.Held held = parts.processes().hold();
        try {
            endMachine();
        } catch (RuntimeException | InterruptedException failure) {
            held.settle(
                    Map.of(),
                    new UnavailableException("sandbox " + parts.id() + " cannot be stopped"));
            throw failure;
        }
        noteEnd(held, reason, new NotFoundException("sandbox " + parts.id() + " was stopped"));
        parts.network().clear();
    }

    private void noteEnd(Processes.Held held, @Nullable String reason, RuntimeException told) {
        SandboxRecord record = record();
        Map<String, ExitStatus> exits = new HashMap<>();
        for (ContainerRecord container : record.containers()) {
            if (container.alive()) {
                ExitStatus seen = held.ended(container.id());
                if (seen == null && reason == null) {
                    seen = work.killed();
                }
                if (seen != null) {
                    exits.put(container.id(), seen);
                    record = record.with(container.ended(seen));
                }
            } else if (container.state() == ContainerState.STOPPED && container.exit() != null) {
                exits.put(container.id(), container.exit());
            }
        }
        parts.ledger().note(record.stopped(reason));
        held.settle(exits, told);
        parts.streams().forgetAll();
    }

    private void endMachine() throws InterruptedException {
        SandboxRecord record = record();
        MachineRecord machine = record.machine();
        if (machine != null) {
            parts.connection().expectEnd();
            Machine atHand = parts.connection().machineAtHand();
            if (atHand == null || !stop(atHand)) {
                parts.environment()
                        .plugins()
                        .steady(Kind.HYPERVISOR, record.hypervisor())
                        .destroy(machine.id());
            }
        }
        parts.connection().close();
    }

    private static boolean stop(Machine machine) throws InterruptedException {
        try {
            machine.stop();
            return true;
        } catch (UnavailableException e) {
            LOG.debug("The handle of machine {} is of no use", machine.id(), e);
            return false;
        }
    }

    /// Takes note that the machine has ended without being asked to, and clears up after it.
    ///
    /// @param how what it did, such as `failed (killed by signal 9)`
    void machineEnded(String machineId, String how) {
        SandboxRecord record = record();
        if (record.machine() == null || !record.machine().id().equals(machineId)) {
            return;
        }
        LOG.warn("Sandbox {} is stopped: its machine {}", record.id(), how);
        Processes.Held held = parts.processes().hold();
        parts.connection().close();
        noteEnd(
                held,
                "the machine " + how,
                new UnavailableException(
                        "the machine of sandbox %s %s".formatted(record.id(), how)));
        try {
            Uninterrupted.run(() ->
                    parts.environment()
                            .plugins()
                            .steady(Kind.HYPERVISOR, record.hypervisor())
                            .destroy(machineId));
        } catch (RuntimeException e) {
            // It is found again, without an owner, when the hypervisor is looked through.
            LOG.warn("Machine {} of sandbox {} left something behind", machineId, record.id(), e);
        }
        Uninterrupted.run(() -> parts.network().clear());
    }

    /// Removes the sandbox: its machine, then its record.
    void delete() throws InterruptedException {
        long begun = System.nanoTime();
        SandboxRecord record = record();
        SandboxTransitions.next(record.id(), record.state(), Operation.DELETE);
        if (record.machine() != null) {
            end(null);
        }
        parts.network().remove(record().network());
        SandboxRecords records = parts.environment().records();
        records.delete(record.id());
        records.removeFromIndex(record.id());
        parts.events().publishChanges(record(), null);
        log("deleted", begun);
    }

    private void log(String what, long begun) {
        LOG.info(
                "Sandbox {} {} in {} ms",
                parts.id(),
                what,
                (System.nanoTime() - begun) / 1_000_000);
    }
}
