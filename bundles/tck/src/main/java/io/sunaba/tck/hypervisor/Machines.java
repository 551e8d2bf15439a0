package io.sunaba.tck.hypervisor;

import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import io.sunaba.tck.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// What the checks have in common: making machines, and seeing what is there of them on the host.
final class Machines {
    private Machines() {}

    /// What a check does with an open plugin.
    @FunctionalInterface
    interface Use {
        void of(HypervisorFixture fixture, Hypervisor hypervisor) throws Throwable;
    }

    /// Makes a check that needs a plugin which is open from its start to its end, and after which
    /// there must be nothing left of any machine.
    static Check<HypervisorFixture> check(String name, Use use) {
        return new Check<>(
                name,
                fixture -> {
                    withOpen(fixture, use);
                    expectNothing(fixture);
                });
    }

    /// Opens the plugin and closes it in the end. If the check fails, its machines are destroyed.
    static void withOpen(HypervisorFixture fixture, Use use) throws Throwable {
        Hypervisor hypervisor = fixture.open();
        boolean kept = false;
        try {
            use.of(fixture, hypervisor);
            kept = true;
        } finally {
            if (!kept) {
                Thread.interrupted();
                for (var record : hypervisor.machines()) {
                    hypervisor.destroy(record.id());
                }
            }
            fixture.close(hypervisor);
        }
    }

    /// What a check does with an ability of a machine whose guest is up.
    @FunctionalInterface
    interface AbilityUse<T extends Ability> {
        void of(HypervisorFixture fixture, Machine machine, T ability) throws Exception;
    }

    /// Makes a use of a machine that does nothing if the hypervisor lacks the ability.
    static <T extends Ability> Use withAbility(Class<T> kind, AbilityUse<T> use) {
        return (fixture, hypervisor) -> {
            if (!hypervisor.capabilities().abilities().contains(kind)) {
                return;
            }
            Machine machine = createUp(fixture, hypervisor);
            use.of(fixture, machine, machine.ability(kind));
            machine.stop();
        };
    }

    static String newId() {
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static MachineSpec newSpec(HypervisorFixture fixture) {
        return new MachineSpec(newId(), fixture.config());
    }

    static Machine create(HypervisorFixture fixture, Hypervisor hypervisor)
            throws InterruptedException {
        return hypervisor.create(newSpec(fixture));
    }

    static Machine createUp(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = create(fixture, hypervisor);
        machine.start();
        fixture.awaitUp(machine);
        return machine;
    }

    static HypervisorConfig withMemory(HypervisorConfig config, long bytes, long maximumBytes) {
        return new HypervisorConfig(
                config.hypervisor(),
                config.owner(),
                config.guest(),
                config.vcpus(),
                config.maximumVcpus(),
                bytes,
                maximumBytes,
                config.sharedMemory(),
                config.bootTimeout());
    }

    static HypervisorConfig withVcpus(HypervisorConfig config, int vcpus, int maximumVcpus) {
        return new HypervisorConfig(
                config.hypervisor(),
                config.owner(),
                config.guest(),
                vcpus,
                maximumVcpus,
                config.memoryBytes(),
                config.maximumMemoryBytes(),
                config.sharedMemory(),
                config.bootTimeout());
    }

    static HypervisorConfig withGuest(HypervisorConfig config, GuestImage guest) {
        return new HypervisorConfig(
                config.hypervisor(),
                config.owner(),
                guest,
                config.vcpus(),
                config.maximumVcpus(),
                config.memoryBytes(),
                config.maximumMemoryBytes(),
                config.sharedMemory(),
                config.bootTimeout());
    }

    static MachineExit awaitExit(Machine machine) throws Exception {
        return machine.exited()
                .toCompletableFuture()
                .get(Patience.get().toMillis(), TimeUnit.MILLISECONDS);
    }

    static void expectState(MachineState expected, Machine machine) {
        Expect.equal("state of machine " + machine.id(), expected, machine.state());
    }

    /// Finds the processes that bear a machine's id in their command line.
    static List<ProcessHandle> processesOf(String machineId) {
        List<ProcessHandle> found = new ArrayList<>();
        try (DirectoryStream<Path> pids = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path pid : pids) {
                if (commandLine(pid).contains(machineId)) {
                    ProcessHandle.of(Long.parseLong(pid.getFileName().toString()))
                            .ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String commandLine(Path pid) {
        try {
            return new String(
                    Files.readAllBytes(pid.resolve("cmdline")), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }

    /// Ends a machine's processes with SIGKILL.
    static void kill(String machineId) {
        List<ProcessHandle> processes = processesOf(machineId);
        Expect.that(!processes.isEmpty(), "machine " + machineId + " has a process");
        processes.forEach(ProcessHandle::destroyForcibly);
    }

    /// Expects that a machine has no process and no file.
    static void expectNothing(HypervisorFixture fixture, String machineId) throws IOException {
        Expect.equal("processes of " + machineId, List.of(), processesOf(machineId));
        try (var files = Files.list(fixture.machineDirectory())) {
            Expect.equal(
                    "files of " + machineId,
                    List.of(),
                    files.filter(file -> file.toString().contains(machineId)).toList());
        }
    }

    /// Expects that no machine left any file.
    static void expectNothing(HypervisorFixture fixture) throws IOException {
        try (var files = Files.list(fixture.machineDirectory())) {
            Expect.equal("files of machines", List.of(), files.toList());
        }
    }
}
