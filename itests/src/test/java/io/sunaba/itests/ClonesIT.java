package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.factory.Templates;
import io.sunaba.itests.inguest.Teller;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Interface.UserMode;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.Sandboxes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;

/// Clones of one template have nothing in common that has to be one machine's own, and know what
/// time it is.
@RunWith(PaxExam.class)
public class ClonesIT {
    private static final int CLONES = 20;
    private static final int AT_ONCE = 4;
    private static final int QUESTIONS = 5;
    private static final String CONTAINER = "c";
    private static final Duration TOLERANCE = Duration.ofMillis(50);

    /// One line each. `mktemp` calls getrandom(2) for what it puts in the place of an `X`.
    private static final String FACTS =
            """
            cat /proc/sys/kernel/random/uuid
            mktemp -u XXXXXXXXXXXXXXXX
            cat /proc/sys/kernel/random/boot_id
            cat /etc/machine-id
            cat /sys/class/net/eth0/address
            """;

    /// What a clone told of itself.
    ///
    /// @param slow by how much its clock is behind the host's at least; negative if it is ahead
    private record Told(String secureRandom, List<String> facts, Duration slow) {}

    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Inject
    @Filter(timeout = 30_000)
    private Templates templates;

    private Path directory;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    @Before
    public void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("sunaba-clones");
    }

    @After
    public void removeAll() throws InterruptedException {
        for (var sandbox : sandboxes.list()) {
            Sandbox clone = sandboxes.fetch(sandbox.id());
            clone.stop(true);
            clone.delete();
        }
        Installation.remove(directory);
    }

    private static SandboxConfig config(String id, ContainerConfig... containers) {
        return new SandboxConfig(
                id,
                null,
                null,
                "template",
                null,
                192L << 20,
                false,
                List.of(containers),
                List.of(new Interface("eth0", null, List.of(), null, new UserMode(List.of()))),
                List.of(),
                Map.of());
    }

    private Told askClone(String id, Path rootfs) throws Exception {
        ProcessConfig teller =
                new ProcessConfig(
                        List.of(
                                JavaRootfs.JAVA,
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                JavaRootfs.CLASSES,
                                Teller.class.getName()));
        Sandbox sandbox =
                sandboxes.create(
                        config(
                                id,
                                new ContainerConfig(CONTAINER, new Rootfs.Packed(rootfs), teller)));
        sandbox.start();
        try (ProcessStreams streams = sandbox.ioStream(CONTAINER, CONTAINER)) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(streams.stdout(), UTF_8));
            String random = lines.readLine();
            return new Told(random, facts(sandbox), slow(streams, lines));
        }
    }

    private static List<String> facts(Sandbox sandbox) throws Exception {
        String process =
                sandbox.enterContainer(
                        CONTAINER, new ProcessConfig(List.of("/bin/sh", "-c", FACTS)));
        try (ProcessStreams streams = sandbox.ioStream(CONTAINER, process)) {
            return new String(streams.stdout().readAllBytes(), UTF_8).lines().toList();
        }
    }

    /// The answer is given between question and receipt: how much of the difference is no matter of
    /// the way is what the quickest of some answers tells.
    private static Duration slow(ProcessStreams streams, BufferedReader lines) throws IOException {
        Duration least = Duration.ofDays(1);
        for (int i = 0; i < QUESTIONS; i++) {
            Instant asked = Instant.now();
            streams.stdin().write('\n');
            streams.stdin().flush();
            Instant told = Instant.parse(lines.readLine());
            Instant heard = Instant.now();
            Duration slow = Duration.ZERO;
            if (told.isBefore(asked)) {
                slow = Duration.between(told, asked);
            } else if (told.isAfter(heard)) {
                slow = Duration.between(told, heard);
            }
            least = slow.abs().compareTo(least.abs()) < 0 ? slow : least;
        }
        return least;
    }

    @Test
    public void haveNothingInCommonThatIsAMachinesOwn() throws Exception {
        Path rootfs = JavaRootfs.make(directory, Teller.class);
        templates.create(sandboxes.machine(config("like")));
        List<Told> all = new ArrayList<>();
        try (SandboxMonitor monitor = sandboxes.monitor();
                ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Callable<Told>> work = new ArrayList<>();
            for (int i = 0; i < CLONES; i++) {
                String id = "clone-" + i;
                work.add(() -> askClone(id, rootfs));
            }
            for (Future<Told> told : workers.invokeAll(work)) {
                all.add(told.get());
            }
            sandboxes.create(config("last"));
            SandboxEvent event = monitor.next();
            while (!event.sandboxId().equals("last")) {
                assertThat(event)
                        .isNotInstanceOfAny(
                                SandboxEvent.FactoryFellBack.class, SandboxEvent.Missed.class);
                event = monitor.next();
            }
        }
        assertThat(all).hasSize(CLONES);
        assertThat(all.stream().map(Told::secureRandom)).doesNotHaveDuplicates();
        assertThat(all).allSatisfy(it -> assertThat(it.facts()).hasSize(5).doesNotContain(""));
        assertThat(all.stream().flatMap(it -> it.facts().stream())).doesNotHaveDuplicates();
        assertThat(all)
                .allSatisfy(it -> assertThat(it.slow()).isBetween(TOLERANCE.negated(), TOLERANCE));
    }
}
