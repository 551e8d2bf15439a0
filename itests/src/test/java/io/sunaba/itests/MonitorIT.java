package io.sunaba.itests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.MachineExit;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.Mount;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.Sandboxes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.inject.Inject;
import org.jspecify.annotations.Nullable;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/// What happens to a sandbox is told, all of it and once, to those who follow it.
@RunWith(PaxExam.class)
public class MonitorIT {
    private static final int SECONDS = 60;

    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Inject private BundleContext context;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    @Test
    public void wholeLifeIsTold() throws Exception {
        Queue<Event> published = new ConcurrentLinkedQueue<>();
        context.registerService(
                EventHandler.class,
                published::add,
                FrameworkUtil.asDictionary(
                        Map.of(EventConstants.EVENT_TOPIC, "io/sunaba/sandbox/*")));
        try (SandboxMonitor ofAll = sandboxes.monitor()) {
            Sandbox sandbox = sandboxes.create(new SandboxConfig("life", sleeper(), hungry()));
            try (SandboxMonitor ofOne = sandbox.monitor()) {
                creationIsTold(ofAll);
                outOfMemoryIsTold(sandbox, ofAll);
                killedMachineIsTold(sandbox, ofAll);
                panicIsTold(sandbox, ofAll);
                deletionIsTold(sandbox, ofAll);
                List<SandboxEvent> ofOneAlone = until(ofOne, List.of(MonitorIT::isDeletion));
                assertThat(ofOneAlone).noneMatch(SandboxEvent.Missed.class::isInstance);
                everythingWasPublished(ofOneAlone, published);
            }
        }
    }

    /// The first process of `one` may harm the guest; that of `two` is given little memory.
    private static ContainerConfig sleeper() {
        return container(
                "one",
                List.of(new Mount("/guest", "proc", "proc", List.of("nosuid", "nodev", "noexec"))),
                Resources.UNCHANGED,
                "sleep",
                "1000");
    }

    private static ContainerConfig hungry() {
        Resources little = new Resources(null, null, null, null, 32L << 20, null);
        return container("two", List.of(), little, "sh", "-c", "read line; tail /dev/zero");
    }

    private static ContainerConfig container(
            String id, List<Mount> mounts, Resources resources, String... command) {
        return new ContainerConfig(
                id,
                new Rootfs.Packed(Installation.rootfs()),
                false,
                new ProcessConfig(List.of(command)),
                null,
                mounts,
                resources,
                List.of(),
                List.of(),
                Map.of(),
                null,
                false,
                Map.of());
    }

    private static void creationIsTold(SandboxMonitor monitor) throws Exception {
        assertThat(take(monitor, 3))
                .containsExactly("life null>READY", "one null>READY", "two null>READY");
    }

    private static void outOfMemoryIsTold(Sandbox sandbox, SandboxMonitor monitor)
            throws Exception {
        sandbox.start();
        assertThat(take(monitor, 3))
                .containsExactly("one READY>RUNNING", "two READY>RUNNING", "life READY>RUNNING");
        CompletableFuture<OomEvent> waiting = new CompletableFuture<>();
        Thread waiter =
                Thread.startVirtualThread(() -> {
                    try {
                        waiting.complete(sandbox.getOomEvent());
                    } catch (Exception e) {
                        waiting.completeExceptionally(e);
                    }
                });
        Installation.await("waiting", () -> waiter.getState() == Thread.State.WAITING);
        try (var streams = sandbox.ioStream("two", "two")) {
            streams.stdin().write('\n');
            streams.stdin().flush();
            List<SandboxEvent> events =
                    until(
                            monitor,
                            List.of(
                                    event -> line(event).equals("two RUNNING>STOPPED"),
                                    SandboxEvent.OutOfMemory.class::isInstance));
            assertThat(events)
                    .hasSize(2)
                    .anyMatch(event -> line(event).equals("two OutOfMemory"))
                    .anySatisfy(event ->
                            assertThat(event)
                                    .isInstanceOfSatisfying(
                                            SandboxEvent.ContainerStateChanged.class,
                                            changed ->
                                                    assertThat(
                                                                    requireNonNull(changed.exit())
                                                                            .code())
                                                            .isEqualTo(137)));
        }
        assertThat(waiting.get(SECONDS, TimeUnit.SECONDS).containerId()).isEqualTo("two");
    }

    private static void killedMachineIsTold(Sandbox sandbox, SandboxMonitor monitor)
            throws Exception {
        List<Long> processes = requireNonNull(sandbox.stats().machine()).processIds();
        assertThat(processes).isNotEmpty();
        processes.forEach(pid -> ProcessHandle.of(pid).orElseThrow().destroyForcibly());
        List<SandboxEvent> events =
                until(monitor, List.of(SandboxEvent.StateChanged.class::isInstance));
        assertThat(lines(events))
                .containsExactly(
                        "life MachineExited", "one RUNNING>STOPPED", "life RUNNING>STOPPED");
        assertThat(exit(events).reason()).isEqualTo(MachineExit.Reason.FAILED);
        assertThat(exit(events).detail()).contains("signal 9");
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.STOPPED);
    }

    private static void panicIsTold(Sandbox sandbox, SandboxMonitor monitor) throws Exception {
        sandbox.start();
        assertThat(take(monitor, 6)).endsWith("life READY>RUNNING");
        sandbox.enterContainer(
                "one", new ProcessConfig(List.of("sh", "-c", "echo c >/guest/sysrq-trigger")));
        List<SandboxEvent> events =
                until(monitor, List.of(SandboxEvent.StateChanged.class::isInstance));
        assertThat(lines(events))
                .startsWith("life MachineExited")
                .endsWith("life RUNNING>STOPPED")
                .containsOnlyOnce("life MachineExited")
                .doesNotContain("life AgentLost");
        assertThat(exit(events).reason()).isEqualTo(MachineExit.Reason.PANICKED);
        assertThat(exit(events).detail())
                .isEqualTo("Kernel panic - not syncing: sysrq triggered crash");
        assertThat(sandbox.status().reason()).contains("panicked", "sysrq triggered crash");
        assertThat(sandbox.statusContainer("one").state()).isEqualTo(ContainerState.STOPPED);
    }

    private static void deletionIsTold(Sandbox sandbox, SandboxMonitor monitor) throws Exception {
        sandbox.delete();
        assertThat(take(monitor, 3))
                .containsExactly("one STOPPED>null", "two STOPPED>null", "life STOPPED>null");
    }

    /// EventAdmin's handlers hear of the creation too, which was before there was a monitor.
    private static void everythingWasPublished(List<SandboxEvent> told, Queue<Event> published) {
        Installation.await("published", () -> published.size() == told.size() + 3);
        assertThat(published.stream().skip(3).map(Event::getTopic))
                .containsExactlyElementsOf(
                        told.stream()
                                .map(event ->
                                        "io/sunaba/sandbox/" + event.getClass().getSimpleName())
                                .toList());
        assertThat(published)
                .allMatch(event -> "life".equals(event.getProperty("sandbox.id")))
                .anyMatch(event -> Integer.valueOf(137).equals(event.getProperty("exit.code")))
                .anyMatch(event -> "PANICKED".equals(event.getProperty("reason")));
    }

    private static boolean isDeletion(SandboxEvent event) {
        return event instanceof SandboxEvent.StateChanged changed && changed.to() == null;
    }

    private static MachineExit exit(List<SandboxEvent> events) {
        return events.stream()
                .filter(SandboxEvent.MachineExited.class::isInstance)
                .map(SandboxEvent.MachineExited.class::cast)
                .findFirst()
                .orElseThrow()
                .exit();
    }

    private static List<String> take(SandboxMonitor monitor, int count) throws Exception {
        List<String> lines = new ArrayList<>();
        while (lines.size() < count) {
            lines.add(line(next(monitor)));
        }
        return lines;
    }

    /// Takes events until there was one of each kind.
    private static List<SandboxEvent> until(
            SandboxMonitor monitor, List<Predicate<SandboxEvent>> wanted) throws Exception {
        List<SandboxEvent> events = new ArrayList<>();
        List<Predicate<SandboxEvent>> open = new ArrayList<>(wanted);
        while (!open.isEmpty()) {
            SandboxEvent event = next(monitor);
            events.add(event);
            open.removeIf(kind -> kind.test(event));
        }
        return events;
    }

    /// Waits for the next event, but not for ever.
    private static SandboxEvent next(SandboxMonitor monitor) throws Exception {
        CompletableFuture<SandboxEvent> next = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                next.complete(monitor.next());
            } catch (Exception e) {
                next.completeExceptionally(e);
            }
        });
        return next.get(SECONDS, TimeUnit.SECONDS);
    }

    private static List<String> lines(List<SandboxEvent> events) {
        return events.stream().map(MonitorIT::line).toList();
    }

    private static String line(SandboxEvent event) {
        return switch (event) {
            case SandboxEvent.StateChanged it -> change(it.sandboxId(), it.from(), it.to());
            case SandboxEvent.ContainerStateChanged it ->
                    change(it.containerId(), it.from(), it.to());
            case SandboxEvent.OutOfMemory it -> it.containerId() + " OutOfMemory";
            case SandboxEvent.MachineExited _,
                    SandboxEvent.AgentLost _,
                    SandboxEvent.FactoryFellBack _,
                    SandboxEvent.Missed _ ->
                    event.sandboxId() + " " + event.getClass().getSimpleName();
        };
    }

    private static String change(String id, @Nullable Object from, @Nullable Object to) {
        return "%s %s>%s".formatted(id, from, to);
    }
}
