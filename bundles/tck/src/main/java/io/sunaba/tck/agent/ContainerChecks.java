package io.sunaba.tck.agent;

import static io.sunaba.tck.agent.AgentContract.check;
import static io.sunaba.tck.agent.Guest.bytes;

import io.sunaba.agent.Agent;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Resources;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A container's life.
final class ContainerChecks {
    private static final long MEBIBYTE = 1 << 20;

    /// How long is looked whether something does not happen.
    private static final long MOMENT_MILLIS = 500;

    private ContainerChecks() {}

    static List<Check<AgentFixture>> all() {
        return List.of(
                check("runs a container from its start to its exit code", ContainerChecks::life),
                check("starts nothing before it is told to", ContainerChecks::waitsForStart),
                check("names what is not there", ContainerChecks::missing),
                check("refuses an id that is taken", ContainerChecks::taken),
                check("removes a container with all that runs in it", ContainerChecks::removes),
                check("freezes a container and lets it go on", ContainerChecks::freezes),
                check("lists a container's processes", ContainerChecks::lists),
                check("measures a container and changes its limits", ContainerChecks::limits));
    }

    private static void life(Guest guest) throws InterruptedException {
        for (int code : new int[] {0, 7, 255}) {
            String container = guest.start("sh", "-c", "exit " + code);
            Expect.equal("exit code", code, guest.agent().waitProcess(container, container));
            Expect.equal("once more", code, guest.agent().waitProcess(container, container));
            guest.remove(container);
        }
    }

    private static void waitsForStart(Guest guest) throws Exception {
        String container = guest.create("sh", "-c", "echo started");
        Guest.Aside<byte[]> output = Guest.aside(() -> guest.output(container, container));
        expectNothing("output before the start", output);
        guest.agent().startContainer(container);
        Expect.equal("output", bytes("started\n"), output.await("output"));
    }

    private static void expectNothing(String what, Guest.Aside<byte[]> output) throws Exception {
        try {
            byte[] early = output.result().get(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
            throw new AssertionError(what + ": " + early.length + " bytes");
        } catch (TimeoutException _) {
            // as it should be
        }
    }

    private static void missing(Guest guest) throws InterruptedException {
        Agent agent = guest.agent();
        String none = Guest.newId("none");
        for (Expect.Action action :
                List.<Expect.Action>of(
                        () -> agent.startContainer(none),
                        () -> agent.removeContainer(none),
                        () -> agent.waitProcess(none, none),
                        () -> agent.statsContainer(none),
                        () -> guest.exec(none, "true"))) {
            Expect.names(
                    Expect.failure(NotFoundException.class, "container " + none, action), none);
        }
        String container = guest.stay();
        Expect.names(
                Expect.failure(
                        NotFoundException.class,
                        "process " + none,
                        () -> agent.waitProcess(container, none)),
                none);
    }

    private static void taken(Guest guest) throws InterruptedException {
        String container = guest.stay();
        Expect.names(
                Expect.failure(
                        ConflictException.class,
                        "a second container of one id",
                        () ->
                                guest.agent()
                                        .createContainer(
                                                guest.fixture().container(container, Guest.STAY))),
                container);
        String process = guest.exec(container, "cat");
        Expect.failure(
                ConflictException.class,
                "a second process of one id",
                () -> guest.agent().execProcess(container, process, new ProcessConfig(Guest.STAY)));
        guest.agent().writeStdin(container, process, bytes("still here"));
        guest.agent().closeStdin(container, process);
        Expect.equal("the first goes on", bytes("still here"), guest.output(container, process));
    }

    private static void removes(Guest guest) throws Exception {
        String container = guest.stay();
        String process = guest.exec(container, "sleep", "100000");
        Guest.Aside<Integer> waiting =
                Guest.aside(() -> guest.agent().waitProcess(container, process)).begun();
        guest.remove(container);
        try {
            waiting.await("a wait for what is removed");
        } catch (NotFoundException _) {
            // so it may say, too
        }
        Expect.failure(
                NotFoundException.class,
                "what is removed",
                () -> guest.agent().waitProcess(container, container));
        guest.agent().createContainer(guest.fixture().container(container, List.of("true")));
        guest.containers().add(container);
        guest.agent().startContainer(container);
        Expect.equal(
                "exit code of the next of that name",
                0,
                guest.agent().waitProcess(container, container));
    }

    private static void freezes(Guest guest) throws Exception {
        String container = guest.start("cat");
        // It works before, so that what does not come afterwards does not come for that.
        guest.agent().writeStdin(container, container, bytes("w"));
        Expect.equal("output", bytes("w"), guest.agent().readStdout(container, container, 10));
        guest.agent().pauseContainer(container);
        Guest.Aside<Boolean> writing =
                Guest.aside(() -> {
                    guest.agent().writeStdin(container, container, bytes("x"));
                    return true;
                });
        Guest.Aside<byte[]> output =
                Guest.aside(() -> guest.agent().readStdout(container, container, 10));
        expectNothing("output of a frozen container", output);
        guest.agent().resumeContainer(container);
        Expect.equal("output afterwards", bytes("x"), output.await("output"));
        writing.await("writing");
    }

    private static void lists(Guest guest) throws InterruptedException {
        String container = guest.stay();
        ProcessList before = guest.agent().listProcesses(container, List.of());
        Expect.that(!before.columns().isEmpty(), "there are columns");
        Expect.that(!before.rows().isEmpty(), "its first process is listed");
        for (List<String> row : before.rows()) {
            Expect.equal("values in a row", before.columns().size(), row.size());
        }
        guest.exec(container, "cat");
        Expect.equal(
                "processes",
                before.rows().size() + 1,
                guest.agent().listProcesses(container, List.of()).rows().size());
    }

    private static void limits(Guest guest) throws InterruptedException {
        String container = guest.stay();
        ContainerStats before = guest.agent().statsContainer(container);
        Expect.equal("measured", container, before.id());
        Expect.that(before.processes() > 0, "there is a process");
        Expect.equal("memory limit", -1L, before.memoryLimitBytes());
        guest.agent()
                .updateContainer(
                        container, new Resources(null, null, null, null, 64 * MEBIBYTE, 50L));
        ContainerStats after = guest.agent().statsContainer(container);
        Expect.equal("memory limit", 64 * MEBIBYTE, after.memoryLimitBytes());
        Expect.equal("limit of processes", 50L, after.processLimit());
        guest.agent().updateContainer(container, new Resources(null, null, null, null, null, 40L));
        Expect.equal(
                "memory limit that nobody changed",
                64 * MEBIBYTE,
                guest.agent().statsContainer(container).memoryLimitBytes());
    }
}
