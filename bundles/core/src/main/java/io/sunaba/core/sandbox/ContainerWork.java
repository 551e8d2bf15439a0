package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.Size;
import io.sunaba.core.state.ContainerTransitions;
import io.sunaba.core.state.Operation;
import io.sunaba.core.workflow.Limited;
import io.sunaba.core.workflow.Step;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.core.workflow.Workflow;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ExitStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes to the containers of one sandbox. Called under its exclusive lock.
final class ContainerWork {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerWork.class);
    private static final int TERMINATE = 15;
    private static final int KILL = 9;

    /// What the end of a killed process is taken for when nobody could see it.
    private static final int KILLED = 128 + KILL;

    private final Parts parts;

    ContainerWork(Parts parts) {
        this.parts = requireNonNull(parts, "parts is null");
    }

    private SandboxRecord sandbox() {
        return parts.ledger().record();
    }

    ContainerRecord require(String containerId) {
        return sandbox()
                .container(containerId)
                .orElseThrow(() ->
                        new NotFoundException(
                                "sandbox %s has no container %s"
                                        .formatted(parts.id(), containerId)));
    }

    ContainerRecord require(String containerId, Operation operation) {
        ContainerRecord container = require(containerId);
        ContainerTransitions.next(containerId, container.state(), operation);
        return container;
    }

    void requireFree(String containerId) {
        if (sandbox().container(containerId).isPresent()) {
            throw new ConflictException(
                    "sandbox %s has a container %s already".formatted(parts.id(), containerId));
        }
    }

    ContainerRecord create(ContainerConfig config, RootImage image) throws InterruptedException {
        ContainerRecord planned =
                GuestContainers.planned(config, image, parts.environment().clock().instant());
        List<Attachment> attachments = Attachment.of(sandbox(), config);
        CompletableFuture<ContainerRecord> created = new CompletableFuture<>();
        Size before = sandbox().size();
        CompletableFuture<Size> size = new CompletableFuture<>();
        Size needed = parts.sizing().needed(sandbox().with(planned)).or(before);
        Workflow.run(
                "container " + config.id() + " of sandbox " + parts.id(),
                List.of(
                        new Step(
                                "its intent record",
                                () -> parts.ledger().intend(sandbox().with(planned)),
                                () -> parts.ledger().flush()),
                        new Step(
                                "room for it",
                                () -> size.complete(parts.sizing().change(before, needed)),
                                () -> parts.sizing().change(size.join(), before)),
                        new Step(
                                "bringing it",
                                () ->
                                        created.complete(
                                                parts.containers().bring(planned, attachments)),
                                () -> parts.containers().takeAway(created.join())),
                        new Step(
                                "its record",
                                () ->
                                        parts.ledger()
                                                .commit(
                                                        onMachine(created.join())
                                                                .sized(size.join())))));
        return created.join();
    }

    private SandboxRecord onMachine(ContainerRecord container) throws InterruptedException {
        return sandbox().with(container).on(parts.connection().machine().record());
    }

    ContainerRecord delete(String containerId) throws InterruptedException {
        ContainerRecord container = require(containerId, Operation.DELETE_CONTAINER);
        SandboxRecord without = sandbox().without(containerId);
        if (without.machine() != null) {
            parts.ledger()
                    .intend(sandbox().with(container.intending(ContainerRecord.Intent.DELETE)));
            try {
                parts.containers().takeAway(container);
                without =
                        without.sized(parts.sizing().giveBack(without))
                                .on(parts.connection().machine().record());
            } catch (RuntimeException | InterruptedException failure) {
                parts.ledger().flush();
                throw failure;
            }
        }
        parts.ledger().note(without);
        forget(container, "container " + containerId + " was deleted");
        return container;
    }

    private void forget(ContainerRecord container, String why) {
        parts.processes().forget(container.id(), new NotFoundException(why));
        parts.streams().forget(container.id());
    }

    /// Makes it durable that containers are about to be started.
    void intendToStart(List<ContainerRecord> containers) {
        SandboxRecord intended = sandbox();
        for (ContainerRecord container : containers) {
            intended = intended.with(container.intending(ContainerRecord.Intent.START));
        }
        parts.ledger().intend(intended);
    }

    /// Starts a container; the record is not saved yet.
    void start(ContainerRecord container) throws InterruptedException {
        String id = container.id();
        if (container.state() == ContainerState.STOPPED) {
            forget(container, "container " + id + " was started again");
            parts.containers().renew(container, attachments(container));
        }
        try {
            parts.connection().agent().startContainer(id);
        } catch (RuntimeException | InterruptedException failure) {
            // The next start creates it anew.
            parts.ledger().noteUnsaved(sandbox().with(container.ended(null)));
            if (failure instanceof InterruptedException) {
                removeLeftovers(id, failure);
            }
            throw failure;
        }
        noteStart(container);
    }

    private List<Attachment> attachments(ContainerRecord container) {
        return Attachment.of(sandbox(), container.config());
    }

    /// Starts a container of which it is not known whether it was started.
    void completeStart(ContainerRecord container) throws InterruptedException {
        try {
            parts.devices().attachMissing(container.id(), attachments(container));
            parts.connection().agent().startContainer(container.id());
        } catch (ConflictException _) {
            // It was; if it has ended since, the guest tells how.
        } catch (NotFoundException | RejectedException e) {
            LOG.warn("Container {} of sandbox {} does not start", container.id(), parts.id(), e);
            parts.ledger().noteUnsaved(sandbox().with(container.ended(null)));
            return;
        }
        noteStart(container);
    }

    /// Freezes a container, lets it go on, or sets its limits.
    ///
    /// @param intended with the intent to do so
    void change(ContainerRecord intended) throws InterruptedException {
        Agent agent = parts.connection().agent();
        Size before = sandbox().size();
        boolean update = intended.intent() == ContainerRecord.Intent.UPDATE;
        Size needed = update ? parts.sizing().needed(sandbox().with(intended)).or(before) : before;
        parts.ledger().intend(sandbox().with(intended));
        Size has = grown(before, needed);
        try {
            change(agent, intended);
        } catch (UnavailableException | TimedOutException | InterruptedException failure) {
            // It may be done by now: the next change of the sandbox completes it.
            parts.ledger().note(sized(sandbox().with(intended), has));
            throw failure;
        } catch (RuntimeException failure) {
            parts.ledger().note(sized(sandbox(), parts.sizing().giveBack(sandbox().sized(has))));
            throw failure;
        }
        SandboxRecord done = sandbox().with(intended.done()).sized(has);
        parts.ledger().note(sized(done, update ? parts.sizing().giveBack(done) : has));
    }

    /// Has the machine grow for what is intended; if it does not, nothing is intended any more.
    private Size grown(Size before, Size needed) throws InterruptedException {
        try {
            return parts.sizing().change(before, needed);
        } catch (RuntimeException | InterruptedException failure) {
            parts.ledger().flush();
            throw failure;
        }
    }

    private SandboxRecord sized(SandboxRecord record, Size size) throws InterruptedException {
        return size.equals(sandbox().size())
                ? record.sized(size)
                : record.sized(size).on(parts.connection().machine().record());
    }

    private static void change(Agent agent, ContainerRecord intended) throws InterruptedException {
        switch (intended.intent()) {
            case PAUSE -> agent.pauseContainer(intended.id());
            case RESUME -> agent.resumeContainer(intended.id());
            case UPDATE -> agent.updateContainer(intended.id(), intended.config().resources());
            case CREATE, START, DELETE ->
                    throw new IllegalArgumentException("%s is no change".formatted(intended));
            case null -> throw new IllegalArgumentException("%s has no intent".formatted(intended));
        }
    }

    /// Completes a change of which it is not known whether it was done.
    void completeChange(ContainerRecord intended) throws InterruptedException {
        Size has = sandbox().size();
        try {
            if (intended.intent() == ContainerRecord.Intent.UPDATE) {
                has = parts.sizing().settle(sandbox());
            }
            change(parts.connection().agent(), intended);
        } catch (ConflictException _) {
            // It was done; if the container has ended since, the guest tells how.
        } catch (NotFoundException | RejectedException e) {
            LOG.warn("Container {} of sandbox {} does not change", intended.id(), parts.id(), e);
        }
        parts.ledger().note(sized(sandbox().with(intended.done()), has));
    }

    private void noteStart(ContainerRecord container) {
        parts.ledger()
                .noteUnsaved(
                        sandbox().with(container.started(parts.environment().clock().instant())));
        parts.processes().watch(container.id(), container.id());
    }

    private void removeLeftovers(String containerId, Exception failure) {
        try {
            Uninterrupted.run(() -> parts.containers().remove(containerId));
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    void stop(String containerId, boolean force) throws InterruptedException {
        ContainerRecord container = require(containerId, Operation.STOP_CONTAINER);
        if (force) {
            endByForce(List.of(container));
        } else {
            endOrderly(List.of(container));
        }
    }

    /// Ends containers: `SIGTERM`, after a time `SIGKILL`.
    void endOrderly(List<ContainerRecord> which) throws InterruptedException {
        Agent agent = parts.connection().agent();
        List<ContainerRecord> left = new ArrayList<>();
        for (ContainerRecord container : which) {
            if (container.state() == ContainerState.READY) {
                // One that is stopped may be in the guest or not; one that is ready must be.
                parts.ledger().note(sandbox().with(container.ended(null)));
                parts.containers().remove(container.id());
            } else if (container.alive()) {
                if (container.state() == ContainerState.PAUSED) {
                    agent.resumeContainer(container.id());
                }
                agent.signalProcess(container.id(), container.id(), TERMINATE);
                left.add(container);
            }
        }
        awaitEnds(left);
        for (ContainerRecord container : left) {
            agent.signalProcess(container.id(), null, KILL);
        }
        awaitEnds(left);
        if (!left.isEmpty()) {
            throw new TimedOutException(
                    "container %s of sandbox %s was killed and did not end within %d ms"
                            .formatted(left.getFirst().id(), parts.id(), patience().toMillis()));
        }
    }

    /// Waits for containers to end, for some time in all; removes those from the list that did.
    private void awaitEnds(List<ContainerRecord> left) throws InterruptedException {
        long until = System.nanoTime() + patience().toNanos();
        for (ContainerRecord container : List.copyOf(left)) {
            ExitStatus exit =
                    parts.processes()
                            .awaitEnd(
                                    container.id(),
                                    container.id(),
                                    Duration.ofNanos(until - System.nanoTime()));
            if (exit != null) {
                left.remove(container);
                ended(container.id(), exit);
            }
        }
    }

    /// Kills containers and counts them as stopped, whatever the guest says.
    private void endByForce(List<ContainerRecord> which) throws InterruptedException {
        for (ContainerRecord container : which) {
            if (container.state() == ContainerState.STOPPED) {
                continue;
            }
            Map<String, ExitStatus> seen = new HashMap<>();
            try {
                Limited.run(
                        "killing container " + container.id(),
                        patience(),
                        () -> kill(container, seen));
            } catch (SunabaException e) {
                LOG.warn(
                        "Container {} of sandbox {} counts as stopped by force",
                        container.id(),
                        parts.id(),
                        e);
            }
            if (container.alive()) {
                ExitStatus exit = seen.getOrDefault(container.id(), killed());
                parts.processes().end(container.id(), exit);
                ended(container.id(), exit);
            } else {
                parts.ledger().note(sandbox().with(container.ended(null)));
            }
        }
    }

    private void kill(ContainerRecord container, Map<String, ExitStatus> seen)
            throws InterruptedException {
        String id = container.id();
        if (!container.alive()) {
            parts.containers().remove(id);
            return;
        }
        parts.connection().agent().signalProcess(id, null, KILL);
        ExitStatus exit = parts.processes().awaitEnd(id, id, patience());
        if (exit != null) {
            seen.put(id, exit);
        }
    }

    ExitStatus killed() {
        return new ExitStatus(KILLED, parts.environment().clock().instant());
    }

    /// Takes note that the first process of a container has ended, unless that is known.
    void ended(String containerId, ExitStatus exit) {
        SandboxRecord record = sandbox();
        record.container(containerId)
                .filter(ContainerRecord::alive)
                .ifPresent(container -> {
                    parts.ledger().note(record.with(container.ended(exit)));
                    LOG.info(
                            "Container {} of sandbox {} ended with {}",
                            containerId,
                            record.id(),
                            exit.code());
                });
    }

    /// Kills what was started of a sandbox whose start failed.
    void endStarted() throws InterruptedException {
        endByForce(sandbox().containers().stream().filter(ContainerRecord::alive).toList());
    }

    Duration patience() {
        return parts.environment().config().get().containerStopTimeout();
    }
}
