package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.sunaba.itests.Installation.Background;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Containers go on without the daemon, and the next one is connected to them as the one before
/// was.
class ReconnectIT {
    private static final Path ROOTFS = Installation.rootfs();
    private static final String COUNT =
            "i=0; while :; do i=$((i+1)); echo $i > /count; echo $i; sleep 1; done";

    private static final int READERS = 4;

    private Installation sunaba;

    @BeforeEach
    void start() {
        sunaba = Installation.unpack().cloning().start();
    }

    @AfterEach
    void stop() {
        sunaba.close();
    }

    private String text(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private void running(String id, String container, String script) {
        text(
                "container:create %s %s --rootfs %s -- sh -c '%s'"
                        .formatted(id, container, ROOTFS, script));
    }

    private int count() {
        return Integer.parseInt(text("container:exec r counter -- cat /count").strip());
    }

    /// Reads the output for a while, and leaves.
    private List<Integer> read(Attached attached) throws Exception {
        Background reader = attached.reader;
        int had = numbers(reader).size();
        Installation.await("more output", () -> numbers(reader).size() > had + 2);
        leave(reader);
        reader.awaitEnd();
        return numbers(reader);
    }

    private static void leave(Background client) {
        client.process().descendants().forEach(ProcessHandle::destroyForcibly);
        client.process().destroyForcibly();
    }

    private record Attached(Background reader) {}

    private Attached attach() {
        return new Attached(sunaba.execInBackground("container:attach r counter"));
    }

    private static List<Integer> numbers(Background reader) {
        String output = reader.output();
        return output.substring(0, output.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.matches("\\d+"))
                .map(Integer::valueOf)
                .toList();
    }

    private void startTimed(String after) {
        sunaba.start();
        long started = System.nanoTime();
        int now = count();
        long millis = (System.nanoTime() - started) / 1_000_000;
        System.out.printf("exec after %s and start: %d ms, at %d%n", after, millis, now);
        assertThat(millis).as("exec after start").isLessThan(20_000);
    }

    @Test
    void counterGoesOnWithoutAGap() throws Exception {
        text("sandbox:create --id r --memory 128M --factory new");
        running("r", "counter", COUNT);
        running("r", "brief", "sleep 8; exit 7");
        text("sandbox:start r");
        long briefEnds = System.nanoTime() + Duration.ofSeconds(12).toNanos();
        List<Long> machines = sunaba.machines();
        List<Integer> seen = new ArrayList<>(read(attach()));

        sunaba.killDaemon();
        Installation.await("brief ends unseen", () -> System.nanoTime() > briefEnds);
        startTimed("kill -9");
        assertThat(sunaba.machines()).isEqualTo(machines);
        assertThat(
                        JsonParser.parseString(text("container:wait r brief | json"))
                                .getAsJsonObject()
                                .get("code")
                                .getAsInt())
                .isEqualTo(7);
        seen.addAll(read(attach()));

        Attached across = attach();
        Installation.await("attached", () -> !numbers(across.reader).isEmpty());
        text("storage:use leveldb");
        seen.addAll(read(across));

        sunaba.sunaba("stop").expectSuccess();
        startTimed("stop");
        seen.addAll(read(attach()));
        System.out.println("read: " + seen);
        assertThat(seen).as("each line once, in order").isSorted().doesNotHaveDuplicates();
        // What a reader that is killed was being sent goes with it: here a line or two.
        assertThat(seen.size())
                .as("lines read, of all that were printed")
                .isGreaterThanOrEqualTo(seen.getLast() - 2 * READERS);

        Background events = sunaba.execInBackground("sandbox:events r --json");
        Installation.await(
                "somebody listens",
                () -> {
                    text("container:pause r counter");
                    text("container:resume r counter");
                    return events.output().contains("PAUSED");
                });
        int before = count();
        Installation.await("it counts", () -> count() > before);
        sunaba.machines()
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        events.awaitOutput("STOPPED");
        leave(events);
        text("sandbox:delete r");
        // The earlier storage keeps its records as they were until it is used again.
        text("storage:use fs");
        sunaba.assertNothingLeft();
    }

    private static String id(int number) {
        return "ten-" + number;
    }

    private Duration startAndUse(int sandboxes) {
        sunaba.sunaba("stop").expectSuccess();
        long begun = System.nanoTime();
        sunaba.start();
        // One client: ten would be measured themselves.
        text(
                IntStream.range(0, sandboxes)
                        .mapToObj(i -> "sandbox:status " + id(i))
                        .collect(Collectors.joining("; ")));
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Test
    void tenAreConnectedAboutAsFastAsOne() throws Exception {
        text("sandbox:create --id ten-0 --memory 128M");
        running("ten-0", "c", "sleep 1000");
        text("sandbox:start ten-0");
        Duration one = startAndUse(1);
        List<Background> creations = new ArrayList<>();
        for (int i = 1; i < 10; i++) {
            creations.add(
                    sunaba.execInBackground("sandbox:create --id " + id(i) + " --memory 128M"));
        }
        for (Background creation : creations) {
            assertThat(creation.awaitEnd()).as(creation.output()).isZero();
        }
        for (int i = 1; i < 10; i++) {
            running(id(i), "c", "sleep 1000");
            text("sandbox:start " + id(i));
        }
        List<Long> machines = sunaba.machines();
        assertThat(machines).hasSize(10);
        Duration ten = startAndUse(10);
        System.out.printf(
                "start and first use: one %d ms, ten %d ms%n", one.toMillis(), ten.toMillis());
        assertThat(sunaba.machines()).isEqualTo(machines);
        assertThat(ten.minus(one)).isLessThan(Duration.ofSeconds(30));
        for (int i = 0; i < 10; i++) {
            text("sandbox:delete --force " + id(i));
        }
        sunaba.assertNothingLeft();
    }
}
