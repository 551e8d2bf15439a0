package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.support.Plugins;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineState;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Makes of a machine that waits one that somebody has: hands it over, lets it go on, and sees that
/// its agent answers.
final class HandOut {
    /// An agent that has booted answers within milliseconds; on a busy host, within a second.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Plugins plugins;
    private final String agentName;
    private final long deadline;

    /// @param timeout how long whoever asks waits, however many machines are tried
    HandOut(Plugins plugins, String agentName, Duration timeout) {
        this.deadline = System.nanoTime() + timeout.toNanos();
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.agentName = requireNonNull(agentName, "agentName is null");
    }

    /// Tells whether there is time to try another machine.
    boolean hasTime() {
        return left().isPositive();
    }

    private Duration left() {
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        return left.compareTo(PATIENCE) < 0 ? left : PATIENCE;
    }

    /// Returns the machine, running, its agent having answered. If this fails the machine is of no
    /// use and the caller's to end.
    ///
    /// @param hypervisor the hypervisor that serves now
    /// @param owner whose the machine is to be; durable before the guest goes on, so that whenever
    ///   this process dies somebody answers for it
    Vm run(WaitingMachine waiting, Hypervisor hypervisor, String owner)
            throws InterruptedException {
        Machine machine = handle(waiting, hypervisor);
        boolean complete = false;
        try {
            if (machine.state() != MachineState.PAUSED) {
                throw new UnavailableException(
                        "machine %s is %s, not PAUSED".formatted(machine.id(), machine.state()));
            }
            machine.assign(owner);
            machine.resume();
            Vm vm = new Vm(machine, wakeUp(machine, waiting.agent()));
            complete = true;
            return vm;
        } finally {
            if (!complete) {
                machine.close();
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // a service is told by its identity
    private static Machine handle(WaitingMachine waiting, Hypervisor hypervisor)
            throws InterruptedException {
        if (waiting.hypervisor() == hypervisor) {
            return waiting.machine();
        }
        Machine machine = hypervisor.attach(waiting.machine().record());
        waiting.machine().close();
        return machine;
    }

    private Agent wakeUp(Machine machine, Agent agent) throws InterruptedException {
        try {
            return greet(machine, agent);
        } catch (UnavailableException e) {
            agent.close();
            if (machine.state() != MachineState.RUNNING) {
                throw e;
            }
        }
        // The agent plugin was replaced meanwhile, and the connection lost with it.
        return greet(machine, plugins.agent(agentName).connect(machine.agentEndpoint(), left()));
    }

    /// Its answer tells that the guest is alive.
    private Agent greet(Machine machine, Agent agent) throws InterruptedException {
        boolean complete = false;
        try {
            within(left(), machine, agent::check);
            complete = true;
            return agent;
        } finally {
            if (!complete) {
                agent.close();
            }
        }
    }

    private static void within(Duration patience, Machine machine, Callable<Duration> call)
            throws InterruptedException {
        FutureTask<Duration> answer = new FutureTask<>(call);
        Thread.startVirtualThread(answer);
        try {
            answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    "the agent of machine %s does not answer within %d ms"
                            .formatted(machine.id(), patience.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }
}
