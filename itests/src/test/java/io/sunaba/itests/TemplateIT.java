package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Machines that are cloned from a template run containers as any others do, and have nothing in
/// common that one could see.
class TemplateIT {
    private static Installation sunaba;

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().start();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private static void create(String id) {
        create(id, "--memory 128M");
    }

    private static void create(String id, String size) {
        succeed("sandbox:create --factory template %s --id %s".formatted(size, id));
        succeed(
                "container:create %s c --rootfs %s -- sleep 1000"
                        .formatted(id, Installation.rootfs()));
        succeed("sandbox:start " + id);
    }

    private static String in(String id, String command) {
        return succeed("container:exec %s c -- sh -c '%s'".formatted(id, command)).strip();
    }

    private static List<String> log(String text) {
        try {
            return Files.readAllLines(sunaba.data().resolve("log/sunaba.log")).stream()
                    .filter(line -> line.contains(text))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> templates() {
        try (Stream<Path> files = Files.walk(sunaba.data().resolve("templates"))) {
            return files.filter(file -> file.endsWith("template.properties")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void clonesRunContainersAndAreTheirOwn() {
        create("cold");
        assertThat(log("new is asked for the machine of sandbox/cold, because template cannot"))
                .hasSize(1);
        String made = succeed("template:create --memory 128M");
        assertThat(made).contains("128 MiB", "ready");
        assertThat(templates()).hasSize(1);
        assertThat(log("cloned in")).isEmpty();
        create("one");
        create("two");
        create("larger", "--memory 256M --cpus 2");
        assertThat(log("cloned in")).hasSize(3);
        assertThat(templates()).hasSize(1);
        assertThat(in("larger", "nproc")).isEqualTo("2");
        String total = in("larger", "grep MemTotal /proc/meminfo");
        assertThat(Long.parseLong(total.replaceAll("[^0-9]", "")))
                .as("kB of memory")
                .isBetween(200L << 10, 256L << 10);

        String uuid = "cat /proc/sys/kernel/random/uuid";
        assertThat(List.of(in("cold", uuid), in("one", uuid), in("two", uuid)))
                .doesNotHaveDuplicates();
        assertThat(in("one", "hostname")).isEqualTo("one");
        assertThat(in("two", "hostname")).isEqualTo("two");
        long seconds = Long.parseLong(in("two", "date +%s"));
        assertThat(seconds).isCloseTo(System.currentTimeMillis() / 1000, within(5L));

        assertThat(succeed("sandbox:metrics"))
                .contains(
                        "sunaba_factory_fallbacks_total{from=\"template\",to=\"new\"} 1.0",
                        "sunaba_template_hits_total 3.0",
                        "sunaba_template_misses_total 1.0",
                        "sunaba_template_builds_total 1.0",
                        "sunaba_template_clone_seconds_count 3",
                        "sunaba_scrape_failures_total{part=\"plugins\"} 0.0");
        assertThat(succeed("template:verify")).contains("ready");

        sunaba.sunaba("stop").expectSuccess();
        sunaba.start();
        assertThat(in("one", "echo still here")).isEqualTo("still here");
        for (String id : List.of("cold", "one", "two", "larger")) {
            succeed("sandbox:delete --force " + id);
        }
        assertThat(templates()).hasSize(1);
        assertThat(log(" ERROR ")).isEmpty();
        sunaba.assertNothingLeft();
    }
}
