package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.Size;
import io.sunaba.core.workflow.Meanwhile;
import io.sunaba.core.workflow.Step;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.core.workflow.Workflow;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.Resize;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Resources;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the machine of a sandbox as large as it was asked to be, and as its containers need it.
///
/// A container needs what it is limited to; one without a limit takes what there is. Called under
/// the sandbox's exclusive lock.
final class Sizing {
    private static final Logger LOG = LoggerFactory.getLogger(Sizing.class);
    private static final long MEBIBYTE = 1L << 20;
    private static final long GIBIBYTE = 1L << 30;

    /// What the guest's kernel and agent need beside the containers.
    private static final long GUEST_BYTES = 64 * MEBIBYTE;

    /// Room for more costs every guest time at its boot.
    private static final int ROOM_VCPUS = 8;

    private static final long USUAL_PERIOD_MICROS = 100_000;

    private final Environment environment;
    private final Connection connection;

    Sizing(Environment environment, Connection connection) {
        this.environment = requireNonNull(environment, "environment is null");
        this.connection = requireNonNull(connection, "connection is null");
    }

    /// Returns how large a machine may become, whose size at first is what was asked for.
    static Size maximum(Environment environment, SandboxRecord record) throws InterruptedException {
        Size asked = record.asked();
        HypervisorCapabilities hypervisor = capabilities(environment, record);
        if (!hypervisor.abilities().contains(Resize.class)) {
            return asked;
        }
        CoreConfig config = environment.config().get();
        int vcpus = config.maximumVcpus() == 0 ? ROOM_VCPUS : config.maximumVcpus();
        long memory = config.maximumMemoryBytes();
        // In whole GiB, so that it is the same tomorrow, with a kernel that takes a little more.
        long host = environment.host().memoryBytes();
        return asked.or(
                new Size(
                        Math.min(
                                vcpus,
                                Math.min(environment.host().vcpus(), hypervisor.maximumVcpus())),
                        memory == 0
                                ? host / GIBIBYTE * GIBIBYTE
                                : Math.min(memory, host) / MEBIBYTE * MEBIBYTE));
    }

    private static HypervisorCapabilities capabilities(
            Environment environment, SandboxRecord record) throws InterruptedException {
        return environment.plugins().steady(Kind.HYPERVISOR, record.hypervisor()).capabilities();
    }

    /// Returns the size that a sandbox with the containers on its record needs.
    Size needed(SandboxRecord record) throws InterruptedException {
        return needed(record, record.containers().stream().map(ContainerRecord::config));
    }

    /// Returns the size that a sandbox needs.
    ///
    /// @throws RejectedException if it is more memory than the sandbox may have
    Size needed(SandboxRecord record, Stream<ContainerConfig> containers)
            throws InterruptedException {
        long memory = 0;
        double vcpus = 0;
        for (Resources limits : containers.map(ContainerConfig::resources).toList()) {
            if (limits.memoryLimitBytes() != null && limits.memoryLimitBytes() > 0) {
                memory += limits.memoryLimitBytes();
            }
            if (limits.cpuQuotaMicros() != null && limits.cpuQuotaMicros() > 0) {
                Long period = limits.cpuPeriodMicros();
                vcpus +=
                        (double) limits.cpuQuotaMicros()
                                / (period == null ? USUAL_PERIOD_MICROS : period);
            }
        }
        Size asked = record.asked();
        long inAll = memory == 0 ? 0 : (memory + GUEST_BYTES + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE;
        Size wanted = asked.or(new Size((int) Math.ceil(vcpus), inAll));
        return wanted.equals(asked) ? asked : within(wanted, record);
    }

    /// More time than there are CPUs is no harm; less memory is.
    private Size within(Size wanted, SandboxRecord record) throws InterruptedException {
        Size maximum = maximum(environment, record);
        boolean resizable = capabilities(environment, record).abilities().contains(Resize.class);
        if (wanted.memoryBytes() > maximum.memoryBytes()) {
            throw new RejectedException(
                    "the containers of sandbox %s may use %d MiB of memory with %d MiB for the guest: it can have %d MiB%s"
                            .formatted(
                                    record.id(),
                                    wanted.memoryBytes() / MEBIBYTE,
                                    GUEST_BYTES / MEBIBYTE,
                                    maximum.memoryBytes() / MEBIBYTE,
                                    resizable
                                            ? ""
                                            : ", for hypervisor %s lacks the ability %s"
                                                    .formatted(
                                                            record.hypervisor(),
                                                            Resize.class.getSimpleName())));
        }
        return new Size(Math.min(wanted.vcpus(), maximum.vcpus()), wanted.memoryBytes());
    }

    /// Changes the machine's size and returns what it has afterwards; on failure it is as before.
    Size change(Size from, Size to) throws InterruptedException {
        return change(from, to, _ -> {});
    }

    /// As [#change(Size, Size)].
    ///
    /// @param reached is told what the machine has, while its guest takes that into use; that it
    ///   fails is no failure of the change
    Size change(Size from, Size to, Consumer<Size> reached) throws InterruptedException {
        if (from.equals(to)) {
            return from;
        }
        Resize resize = connection.machine().ability(Resize.class);
        Agent agent = connection.agent();
        CompletableFuture<Long> memory = new CompletableFuture<>();
        Workflow.run(
                "change from %s to %s".formatted(from, to),
                List.of(
                        new Step(
                                "its memory",
                                () -> memory.complete(memory(resize, from, to)),
                                () -> resize.resizeMemory(from.memoryBytes())),
                        // Those that the guest leaves alone need not be taken back.
                        new Step("its vCPUs", () -> plug(resize, from, to)),
                        new Step(
                                "what its guest uses",
                                () ->
                                        Meanwhile.run(
                                                () -> use(agent, from, to),
                                                () ->
                                                        reached.accept(
                                                                new Size(
                                                                        to.vcpus(),
                                                                        memory.join()))),
                                () -> use(agent, to, from)),
                        new Step("its vCPUs taken away", () -> unplug(resize, from, to))));
        return new Size(to.vcpus(), memory.join());
    }

    /// Memory that the guest has given back needs no order.
    private static void use(Agent agent, Size from, Size to) throws InterruptedException {
        if (to.vcpus() != from.vcpus() || to.memoryBytes() > from.memoryBytes()) {
            agent.onlineResources(to.vcpus());
        }
    }

    private static void plug(Resize resize, Size from, Size to) throws InterruptedException {
        if (to.vcpus() > from.vcpus()) {
            resize.resizeVcpus(to.vcpus());
        }
    }

    private static void unplug(Resize resize, Size from, Size to) throws InterruptedException {
        if (to.vcpus() < from.vcpus()) {
            resize.resizeVcpus(to.vcpus());
        }
    }

    private static long memory(Resize resize, Size from, Size to) throws InterruptedException {
        if (from.memoryBytes() == to.memoryBytes()) {
            return from.memoryBytes();
        }
        long reached;
        try {
            reached = resize.resizeMemory(to.memoryBytes());
            if (reached >= to.memoryBytes()) {
                return reached;
            }
        } catch (InterruptedException interrupt) {
            takeBack(resize, from, interrupt);
            throw interrupt;
        }
        UnavailableException failure =
                new UnavailableException(
                        "the guest takes %d MiB of memory of %d MiB"
                                .formatted(reached / MEBIBYTE, to.memoryBytes() / MEBIBYTE));
        takeBack(resize, from, failure);
        throw failure;
    }

    private static void takeBack(Resize resize, Size from, Exception failure) {
        try {
            Uninterrupted.run(() -> resize.resizeMemory(from.memoryBytes()));
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /// Gives a machine, of which it is not known how large it is, the size that it needs.
    Size settle(SandboxRecord record) throws InterruptedException {
        Resize resize;
        try {
            resize = connection.machine().ability(Resize.class);
        } catch (RejectedException _) {
            return record.size();
        }
        Size needed = needed(record);
        long memory = resize.resizeMemory(needed.memoryBytes());
        resize.resizeVcpus(needed.vcpus());
        connection.agent().onlineResources(needed.vcpus());
        return new Size(needed.vcpus(), memory);
    }

    /// Gives back what the sandbox does not need, as far as the guest lets go of it, and returns
    /// what it has afterwards. That this fails is no failure of what was done before.
    Size giveBack(SandboxRecord record) throws InterruptedException {
        Size has = record.size();
        try {
            Size needed = needed(record);
            return needed.or(has).equals(has) ? change(has, needed) : has;
        } catch (SunabaException e) {
            LOG.warn("Sandbox {} keeps {}", record.id(), has, e);
            return has;
        }
    }
}
