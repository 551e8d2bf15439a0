package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Machines that wait in the cache are handed out once and alive, and nobody finds any of them when
/// the platform has ended, however it did. Those that were handed out go on.
class CacheIT {
    private static final int KEPT = 2;
    private static final String STORED = "\"owner\":\"cache/";

    private Installation sunaba = Installation.unpack();

    @BeforeEach
    void start() throws IOException {
        sunaba.configure("io.sunaba.core", "default.memory", "128M");
        sunaba.configure("io.sunaba.factory.cache", "size", Integer.toString(KEPT));
        sunaba.start();
    }

    @AfterEach
    void stop() {
        sunaba.close();
    }

    private String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private void create(String id) {
        succeed("sandbox:create --factory cache --id " + id);
    }

    private void run(String id) {
        succeed(
                "container:create %s c --rootfs %s -- sleep 1000"
                        .formatted(id, Installation.rootfs()));
        succeed("sandbox:start " + id);
    }

    private String in(String id, String command) {
        return succeed("container:exec %s c -- sh -c '%s'".formatted(id, command)).strip();
    }

    private int waiting() {
        JsonArray pools = JsonParser.parseString(succeed("cache:status | json")).getAsJsonArray();
        int waiting = 0;
        for (var pool : pools) {
            waiting += ((JsonObject) pool).get("waiting").getAsInt();
        }
        return waiting;
    }

    private void awaitFull() {
        Installation.await("the pool is full", () -> waiting() == KEPT);
    }

    /// Ids of the machines in the cache, and of those that are on the way there.
    private Set<String> stored() {
        Set<String> stored = new TreeSet<>();
        try (Stream<Path> machines =
                Files.list(sunaba.runDirectory().resolve(UnderTest.HYPERVISOR))) {
            for (Path machine : machines.toList()) {
                if (record(machine).contains(STORED)) {
                    stored.add(machine.getFileName().toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return stored;
    }

    private static String record(Path machine) {
        try {
            return Files.readString(machine.resolve("record.json"));
        } catch (IOException e) {
            return "";
        }
    }

    /// The process of a machine, once there is one.
    private OptionalLong process(String machine) {
        String record =
                record(sunaba.runDirectory().resolve(UnderTest.HYPERVISOR).resolve(machine));
        Matcher pid = Pattern.compile("pid\\W+(\\d+)").matcher(record);
        return pid.find() ? OptionalLong.of(Long.parseLong(pid.group(1))) : OptionalLong.empty();
    }

    private void kill(String machine) {
        process(machine)
                .ifPresent(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private long handedOut(String machine) {
        try (Stream<String> lines = Files.lines(sunaba.data().resolve("log/sunaba.log"))) {
            return lines.filter(line -> line.contains("Machine " + machine + " handed out"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> sandboxes() {
        List<String> ids = new ArrayList<>();
        JsonParser.parseString(succeed("sandbox:list | json"))
                .getAsJsonArray()
                .forEach(it -> ids.add(it.getAsJsonObject().get("id").getAsString()));
        return ids;
    }

    private void deleteAll() {
        sandboxes().forEach(id -> succeed("sandbox:delete --force " + id));
    }

    private void assertNothingStored() {
        Installation.await(
                "one machine a sandbox", () -> sunaba.machines().size() == sandboxes().size());
        assertThat(stored()).isEmpty();
    }

    @Test
    void machinesAreHandedOutOnceAndAlive() {
        create("elsewhere");
        awaitFull();
        Set<String> first = stored();
        assertThat(first).hasSize(KEPT);
        create("one");
        create("two");
        assertThat(first).allSatisfy(machine -> assertThat(handedOut(machine)).isEqualTo(1));
        run("one");
        run("two");

        for (String id : List.of("cat /proc/sys/kernel/random/uuid", "hostname")) {
            assertThat(in("one", id)).isNotEqualTo(in("two", id));
        }
        long seconds = Long.parseLong(in("one", "date +%s"));
        assertThat(seconds).isCloseTo(System.currentTimeMillis() / 1000, within(5L));

        awaitFull();
        Set<String> dying = stored();
        dying.forEach(this::kill);
        Installation.await(
                "others take their place",
                () -> {
                    Set<String> now = stored();
                    return now.size() == KEPT && now.stream().noneMatch(dying::contains);
                });
        create("three");
        assertThat(dying).allSatisfy(machine -> assertThat(handedOut(machine)).isZero());

        awaitFull();
        Set<String> before = stored();
        create("four");
        Installation.await(
                "another is made",
                () ->
                        stored().stream()
                                .filter(machine -> !before.contains(machine))
                                .anyMatch(machine -> process(machine).isPresent()));
        stored().stream().filter(machine -> !before.contains(machine)).forEach(this::kill);
        awaitFull();

        succeed("cache:drain");
        assertThat(waiting()).isZero();
        assertNothingStored();
        assertThat(in("two", "echo still here")).isEqualTo("still here");
        deleteAll();
        sunaba.assertNothingLeft();
    }

    @Test
    void stoppedPlatformLeavesWhatWasHandedOut() {
        create("elsewhere");
        awaitFull();
        create("one");
        run("one");
        awaitFull();
        sunaba.sunaba("stop").expectSuccess();
        assertThat(sunaba.machines()).as("elsewhere, one").hasSize(2);
        sunaba.start();
        assertNothingStored();
        assertThat(in("one", "echo still here")).isEqualTo("still here");
        deleteAll();
        sunaba.assertNothingLeft();
    }

    @Test
    void killedPlatformLeavesNoMachineInStore() {
        create("elsewhere");
        awaitFull();
        sunaba.killDaemon();
        sunaba.start();
        assertNothingStored();

        // While machines are made.
        create("again");
        Installation.await("one is made", () -> !stored().isEmpty());
        sunaba.killDaemon();
        sunaba.start();
        assertNothingStored();

        // While machines are handed out, at some instant of it.
        for (int round = 0; round < 4; round++) {
            create("filler" + round);
            awaitFull();
            Set<String> before = stored();
            sunaba.execInBackground("sandbox:create --factory cache --id cut" + round);
            Installation.await("one is handed over", () -> !stored().containsAll(before));
            LockSupport.parkNanos(Duration.ofMillis(10).multipliedBy(round).toNanos());
            sunaba.killDaemon();
            sunaba.start();
            assertNothingStored();
        }
        deleteAll();
        sunaba.assertNothingLeft();
    }
}
