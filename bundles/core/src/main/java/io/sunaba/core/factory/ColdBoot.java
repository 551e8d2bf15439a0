package io.sunaba.core.factory;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.VmmFailedException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Boots a new machine and waits for its agent, or for its end, whichever comes first.
final class ColdBoot {
    /// A dead machine may be seen as a lost connection a moment before it is seen as dead.
    private static final long EXIT_NOTICE_MILLIS = 1000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final HypervisorConfig config;
    private final AgentDriver driver;
    private final Machine machine;
    private final CompletableFuture<MachineExit> exited = new CompletableFuture<>();

    private ColdBoot(HypervisorConfig config, AgentDriver driver, Machine machine) {
        this.config = requireNonNull(config, "config is null");
        this.driver = requireNonNull(driver, "driver is null");
        this.machine = requireNonNull(machine, "machine is null");
    }

    static Vm boot(Hypervisor hypervisor, AgentDriver driver, HypervisorConfig config)
            throws InterruptedException {
        Machine machine = hypervisor.create(new MachineSpec(randomId(), config));
        try {
            return new Vm(machine, new ColdBoot(config, driver, machine).run());
        } catch (RuntimeException | InterruptedException | Error failure) {
            end(machine, failure);
            throw failure;
        }
    }

    private Agent run() throws InterruptedException {
        machine.exited().thenAccept(exited::complete);
        machine.start();
        CompletableFuture<Agent> connected = new CompletableFuture<>();
        Thread connecting = Thread.startVirtualThread(() -> connect(connected));
        try {
            CompletableFuture.anyOf(connected, exited).get();
            if (exited.isDone()) {
                throw ended(exited.join());
            }
            return connected.join();
        } catch (ExecutionException e) {
            throw explain(requireNonNullElse(e.getCause(), e));
        } finally {
            // If the agent answers after all, whoever completes second closes the connection.
            if (exited.isDone() || !connected.isDone()) {
                abandon(connected);
            }
            connecting.interrupt();
        }
    }

    private void connect(CompletableFuture<Agent> connected) {
        try {
            Agent agent = driver.connect(machine.agentEndpoint(), config.bootTimeout());
            if (!connected.complete(agent)) {
                agent.close();
            }
        } catch (Throwable e) {
            connected.completeExceptionally(e);
        }
    }

    private static void abandon(CompletableFuture<Agent> connected) {
        if (!connected.cancel(false) && !connected.isCompletedExceptionally()) {
            connected.join().close();
        }
    }

    private RuntimeException explain(Throwable failure) throws InterruptedException {
        if (failure instanceof UnavailableException) {
            try {
                return ended(exited.get(EXIT_NOTICE_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException | ExecutionException _) {
                // It lives: the failure is another one.
            }
        }
        return switch (failure) {
            case TimedOutException e ->
                    new TimedOutException(
                            "the guest of %s did not answer within %s%s"
                                    .formatted(
                                            config.owner(),
                                            text(config.bootTimeout()),
                                            MachineEnd.lastConsoleLine(machine)),
                            e);
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException(failure);
        };
    }

    private static String text(Duration duration) {
        return duration.toMillisPart() == 0
                ? duration.toSeconds() + " s"
                : duration.toMillis() + " ms";
    }

    private VmmFailedException ended(MachineExit exit) {
        return new VmmFailedException(
                "the machine of %s %s before its agent answered%s"
                        .formatted(
                                config.owner(),
                                MachineEnd.text(exit),
                                MachineEnd.lastConsoleLine(machine)),
                "");
    }

    private static void end(Machine machine, Throwable failure) {
        try {
            Uninterrupted.run(() -> {
                machine.stop();
                machine.close();
            });
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static String randomId() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
