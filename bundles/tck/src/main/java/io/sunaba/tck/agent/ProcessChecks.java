package io.sunaba.tck.agent;

import static io.sunaba.tck.agent.AgentContract.check;
import static io.sunaba.tck.agent.Guest.bytes;

import io.sunaba.agent.Agent;
import io.sunaba.tck.Callers;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.List;

/// Processes, signals, and calls that wait.
final class ProcessChecks {
    private static final int CALLERS = 20;
    private static final int KILL = 9;
    private static final int TERMINATE = 15;

    private ProcessChecks() {}

    static List<Check<AgentFixture>> all() {
        return List.of(
                check("runs further processes", ProcessChecks::further),
                check("tells a signal as 128 and its number", ProcessChecks::signals),
                check("signals one process and no other", ProcessChecks::signalsOne),
                check("signals what is dead without complaint", ProcessChecks::signalsTheDead),
                check("waits without holding others up", ProcessChecks::waitsAside),
                check("gives up a wait when interrupted", ProcessChecks::interrupted),
                check("serves 20 callers at once, each with its own", ProcessChecks::together));
    }

    private static void further(Guest guest) throws InterruptedException {
        String container = guest.stay();
        String process = guest.exec(container, "sh", "-c", "echo here; exit 5");
        Expect.equal("output", bytes("here\n"), guest.output(container, process));
        Expect.equal("exit code", 5, guest.agent().waitProcess(container, process));
    }

    private static void signals(Guest guest) throws InterruptedException {
        String container = guest.stay();
        for (int signal : new int[] {KILL, TERMINATE}) {
            String process = guest.exec(container, "sleep", "100000");
            guest.agent().signalProcess(container, process, signal);
            Expect.equal("exit code", 128 + signal, guest.agent().waitProcess(container, process));
        }
        guest.agent().signalProcess(container, null, KILL);
        Expect.equal("exit code", 128 + KILL, guest.agent().waitProcess(container, container));
    }

    private static void signalsOne(Guest guest) throws InterruptedException {
        String container = guest.start("cat");
        String process = guest.exec(container, "sleep", "100000");
        guest.agent().signalProcess(container, process, KILL);
        Expect.equal("exit code", 128 + KILL, guest.agent().waitProcess(container, process));
        guest.agent().closeStdin(container, container);
        Expect.equal("exit code of the other", 0, guest.agent().waitProcess(container, container));
    }

    private static void signalsTheDead(Guest guest) throws InterruptedException {
        String container = guest.start("true");
        Expect.equal("exit code", 0, guest.agent().waitProcess(container, container));
        guest.agent().signalProcess(container, container, TERMINATE);
    }

    private static void waitsAside(Guest guest) throws Exception {
        String container = guest.stay();
        Agent agent = guest.agent();
        Guest.Aside<Integer> waiting =
                Guest.aside(() -> agent.waitProcess(container, container)).begun();
        Guest.Aside<byte[]> reading =
                Guest.aside(() -> agent.readStdout(container, container, 10)).begun();
        for (int i = 0; i < CALLERS; i++) {
            Guest.aside(agent::check).await("a question meanwhile");
        }
        String process = guest.exec(container, "true");
        Expect.equal("exit code of another", 0, agent.waitProcess(container, process));
        agent.signalProcess(container, null, KILL);
        Expect.equal("exit code", 128 + KILL, waiting.await("the wait"));
        Expect.equal("output", new byte[0], reading.await("the read"));
    }

    private static void interrupted(Guest guest) throws Exception {
        String container = guest.stay();
        Agent agent = guest.agent();
        Guest.expectInterruptible("a wait", () -> agent.waitProcess(container, container));
        Guest.expectInterruptible("a read", () -> agent.readStdout(container, container, 10));
        agent.check();
        agent.signalProcess(container, null, KILL);
        Expect.equal("exit code", 128 + KILL, agent.waitProcess(container, container));
    }

    private static void together(Guest guest) throws InterruptedException {
        String container = guest.stay();
        Callers.together(
                CALLERS,
                caller -> {
                    String process =
                            guest.exec(
                                    container, "sh", "-c", "echo %d; exit %1$d".formatted(caller));
                    Expect.equal("output", bytes(caller + "\n"), guest.output(container, process));
                    Expect.equal(
                            "exit code", caller, guest.agent().waitProcess(container, process));
                });
    }
}
