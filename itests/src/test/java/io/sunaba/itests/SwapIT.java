package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Templates;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStats;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.storage.Storages;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;

/// Each bundle is replaced while sandboxes serve: no operation fails, no byte of output is lost or
/// doubled, nothing of an old bundle stays; and one that is away for good fails calls with its name
/// until it is back.
@RunWith(PaxExam.class)
public class SwapIT {
    private static final int SANDBOXES = 3;
    private static final String STORAGE = "io.sunaba.storage.";
    private static final String COUNT =
            "n=0; while :; do m=0; while [ $m -lt 20 ]; do echo $n; n=$((n+1)); m=$((m+1)); done;"
                    + " sleep 0.2; done";

    @Inject private BundleContext context;

    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final AtomicInteger operations = new AtomicInteger();
    private final List<Thread> callers = new ArrayList<>();
    private final List<Counter> counters = new ArrayList<>();
    private ServiceTracker<Sandboxes, Sandboxes> cores;
    private volatile boolean over;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    /// A caller of its own, who asks the core that is there, and the next one if that goes.
    private interface Operation<T> {
        T run(Sandboxes core) throws InterruptedException, IOException;
    }

    private <T> T call(Operation<T> operation) throws InterruptedException, IOException {
        while (true) {
            Sandboxes core = cores.waitForService(60_000);
            try {
                return operation.run(core);
            } catch (UnavailableException | IOException e) {
                if (core.equals(cores.getService())) {
                    throw e;
                }
            }
        }
    }

    /// Reads what a container counts.
    private final class Counter {
        private final String sandbox;
        private final AtomicLong next = new AtomicLong();

        Counter(String sandbox) {
            this.sandbox = sandbox;
        }

        void run() {
            StringBuilder rest = new StringBuilder();
            while (!over) {
                try {
                    call(core -> read(core, rest));
                } catch (IOException | InterruptedException | RuntimeException e) {
                    if (!over) {
                        problems.add("reading of " + sandbox + ": " + e);
                    }
                    return;
                }
            }
        }

        private boolean read(Sandboxes core, StringBuilder rest)
                throws InterruptedException, IOException {
            byte[] chunk = new byte[4096];
            try (ProcessStreams streams = core.fetch(sandbox).ioStream("c", "c")) {
                while (!over) {
                    int count = streams.stdout().read(chunk);
                    rest.append(new String(chunk, 0, count, UTF_8));
                    take(rest);
                }
            }
            return over;
        }

        private void take(StringBuilder rest) {
            for (int end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
                String number = rest.substring(0, end);
                rest.delete(0, end + 1);
                if (!number.equals(next.toString())) {
                    problems.add(
                            "%s printed %s where %s was to come".formatted(sandbox, number, next));
                }
                next.incrementAndGet();
            }
        }
    }

    @Before
    public void createSandboxes() throws Exception {
        cores = new ServiceTracker<>(context, Sandboxes.class, null);
        cores.open();
        ServiceTracker<Templates, Templates> templates =
                new ServiceTracker<>(context, Templates.class, null);
        templates.open();
        HypervisorConfig machine = call(core -> core.machine(Platform.small("any", "template")));
        var _ = templates.waitForService(60_000).create(machine);
        templates.close();
        for (int i = 0; i < SANDBOXES; i++) {
            String id = "swap-" + i;
            Sandbox sandbox = call(core -> core.create(Platform.small(id, "template")));
            sandbox.createContainer(
                    new ContainerConfig(
                            "c",
                            new Rootfs.Packed(Installation.rootfs()),
                            new ProcessConfig(List.of("/bin/sh", "-c", COUNT))));
            sandbox.start();
            counters.add(new Counter(id));
        }
    }

    @After
    public void deleteSandboxes() throws Exception {
        over = true;
        for (SandboxStatus left : call(Sandboxes::list)) {
            Sandbox sandbox = call(core -> core.fetch(left.id()));
            sandbox.stop(true);
            sandbox.delete();
        }
        for (Thread caller : callers) {
            caller.join();
        }
        cores.close();
    }

    private void operate(String id) {
        for (int i = 0; !over; i++) {
            int kind = i % 10;
            try {
                switch (kind) {
                    case 2 -> limit(id, 50 + i % 50);
                    case 5 -> assertRuns(id);
                    default -> look(id);
                }
                operations.incrementAndGet();
            } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                if (!over) {
                    problems.add("operation %d on %s: %s".formatted(kind, id, e));
                }
            }
        }
    }

    /// Asks the guest and the hypervisor.
    private void look(String id) throws InterruptedException, IOException {
        SandboxState state = call(core -> core.fetch(id).status().state());
        assertThat(state).isEqualTo(SandboxState.RUNNING);
        SandboxStats stats = call(core -> core.fetch(id).stats());
        assertThat(stats.machine()).isNotNull();
        assertThat(stats.containers().getFirst().processes()).isPositive();
    }

    /// Writes a record.
    private void limit(String id, long processes) throws InterruptedException, IOException {
        Resources limit = new Resources(null, null, null, null, null, processes);
        call(core -> {
            core.fetch(id).updateContainer("c", limit);
            return id;
        });
    }

    private static String run(Sandboxes core, String id) throws InterruptedException, IOException {
        Sandbox sandbox = core.fetch(id);
        String process =
                sandbox.enterContainer("c", new ProcessConfig(List.of("/bin/echo", "ran")));
        try (ProcessStreams streams = sandbox.ioStream("c", process);
                BufferedReader out =
                        new BufferedReader(new InputStreamReader(streams.stdout(), UTF_8))) {
            String line = out.readLine() + "\n";
            ExitStatus exit = sandbox.waitProcess("c", process);
            return exit.code() == 0 ? line : "exit code " + exit.code();
        }
    }

    private void useStorage(String name) throws InterruptedException {
        ServiceTracker<Storages, Storages> storages =
                new ServiceTracker<>(context, Storages.class, null);
        storages.open();
        storages.waitForService(60_000).use(name);
        storages.close();
    }

    private void awaitProgress() {
        int before = operations.get();
        List<Long> counted = counters.stream().map(counter -> counter.next.get()).toList();
        Installation.await(
                "operations and output go on",
                () ->
                        !problems.isEmpty()
                                || (operations.get() > before + 4 * SANDBOXES
                                        && allBeyond(counted)),
                () -> operations.get() - before + " operations");
        assertThat(problems).isEmpty();
    }

    private boolean allBeyond(List<Long> counted) {
        for (int i = 0; i < counted.size(); i++) {
            if (counters.get(i).next.get() < counted.get(i) + 20) {
                return false;
            }
        }
        return true;
    }

    @Test
    public void sandboxesServeWhileBundlesAreReplaced() throws Exception {
        counters.forEach(counter -> callers.add(Thread.startVirtualThread(counter::run)));
        counters.forEach(
                counter -> callers.add(Thread.startVirtualThread(() -> operate(counter.sandbox))));
        awaitProgress();
        OldBundles old = new OldBundles();
        for (String name : SwapLeakIT.BUNDLES) {
            Bundle bundle = Platform.bundleNamed(name, context);
            old.add(bundle);
            if (name.startsWith(STORAGE)) {
                // One that holds no records would not be missed.
                useStorage(name.substring(STORAGE.length()));
            }
            bundle.update(Rebuilt.version(name, "rebuilt"));
            awaitProgress();
        }
        useStorage("fs");
        old.awaitNoneLeft();
        over = true;
        for (Thread caller : callers) {
            caller.join();
        }
        goesAwayAndComesBack("io.sunaba.hypervisor.qemu", "there is no hypervisor plugin 'qemu'");
        goesAwayAndComesBack("io.sunaba.storage.fs", "there is no storage plugin 'fs'");
    }

    /// Uninstalls a bundle: what needs it fails after the grace, with its name; the rest goes on.
    private void goesAwayAndComesBack(String name, String complaint) throws Exception {
        String location = Rebuilt.shipped(name).toUri().toString();
        Platform.bundleNamed(name, context).uninstall();
        Sandbox sandbox = call(core -> core.fetch("swap-0"));
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.RUNNING);
        assertRuns("swap-0");
        assertThatThrownBy(() -> change(sandbox))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(complaint);
        context.installBundle(location).start();
        change(sandbox);
        assertRuns("swap-0");
    }

    private void assertRuns(String id) throws InterruptedException, IOException {
        String printed = call(core -> run(core, id));
        assertThat(printed).isEqualTo("ran\n");
    }

    /// Needs the hypervisor, to plug a disk, and the storage.
    private static void change(Sandbox sandbox) throws InterruptedException {
        sandbox.createContainer(
                new ContainerConfig(
                        "d",
                        new Rootfs.Packed(Installation.rootfs()),
                        new ProcessConfig(List.of("true"))));
        sandbox.deleteContainer("d");
    }
}
