package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Processors and memory come and go while containers run, as these see it: when asked for, and
/// when the containers' limits need it; after a restart of the platform too, and in clones of
/// templates.
class ResizeIT {
    private static final Pattern TOTAL = Pattern.compile("MemTotal: +([0-9]+) kB");

    private static Installation sunaba;

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().start();
    }

    @AfterAll
    static void stop() {
        sunaba.closeClean();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private static String log() {
        try {
            return Files.readString(sunaba.data().resolve("log/sunaba.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void create(String id, String options) {
        succeed("sandbox:create --cpus 1 --memory 192M --id " + id + " " + options);
        succeed(
                "container:create %s c --rootfs %s -- sleep 1000"
                        .formatted(id, Installation.rootfs()));
        succeed("sandbox:start " + id);
    }

    private static String in(String id, String command) {
        return succeed("container:exec %s c -- %s".formatted(id, command)).strip();
    }

    private static int processors(String id) {
        return Integer.parseInt(in(id, "nproc"));
    }

    private static long mebibytes(String id) {
        Matcher total = TOTAL.matcher(in(id, "grep MemTotal /proc/meminfo"));
        assertThat(total.matches()).isTrue();
        return Long.parseLong(total.group(1)) >> 10;
    }

    private static void growAndShrink(String id) {
        long before = mebibytes(id);
        assertThat(before).isBetween(128L, 192L);
        assertThat(processors(id)).isEqualTo(1);

        String status = succeed("sandbox:resize %s --vcpus 2 --memory 448M | json".formatted(id));
        assertThat(status).contains("\"vcpus\": 2", "\"memoryBytes\": " + (448L << 20));
        assertThat(processors(id)).isEqualTo(2);
        assertThat(mebibytes(id)).isEqualTo(before + 256);
        // More than there was before, and it can be used.
        assertThat(in(id, "sh -c 'dd if=/dev/zero of=/dev/null bs=220M count=1 && echo used'"))
                .isEqualTo("used");

        succeed("sandbox:resize %s --vcpus 1 --memory 192M".formatted(id));
        assertThat(processors(id)).isEqualTo(1);
        assertThat(mebibytes(id)).isBetween(before, before + 64);
    }

    @Test
    void growsAndShrinks() {
        create("cold", "");
        growAndShrink("cold");
        long before = mebibytes("cold");
        succeed("sandbox:resize cold --vcpus 2 --memory 320M");

        sunaba.sunaba("stop").expectSuccess();
        sunaba.start();
        assertThat(succeed("sandbox:status cold | json"))
                .contains("\"vcpus\": 2", "\"memoryBytes\": " + (320L << 20));
        assertThat(mebibytes("cold")).isBetween(before + 64, before + 128);
        succeed("sandbox:resize cold --memory 576M");
        assertThat(mebibytes("cold")).isBetween(before + 320, before + 384);
        assertThat(processors("cold")).isEqualTo(2);

        for (String wrong :
                new String[] {"--vcpus 1000", "--memory 100000G", "--memory 64M", "--vcpus 0"}) {
            assertThat(sunaba.exec("sandbox:resize cold " + wrong).status()).isNotZero();
        }
        assertThat(sunaba.exec("sandbox:resize cold").errors()).contains("nothing to change");
        assertThat(processors("cold")).isEqualTo(2);
        assertThat(mebibytes("cold")).isBetween(before + 320, before + 384);

        succeed("sandbox:stop cold");
        succeed("sandbox:start cold");
        assertThat(mebibytes("cold")).isBetween(512L, 576L);
        succeed("sandbox:delete --force cold");
    }

    @Test
    void growsForItsContainers() {
        create("busy", "");
        long before = mebibytes("busy");
        succeed("container:update busy c --cpus 2 --memory-limit 256M");
        assertThat(processors("busy")).isEqualTo(2);
        assertThat(mebibytes("busy")).isEqualTo(before + 128);
        succeed(
                "container:create busy d --memory-limit 256M --rootfs %s -- sleep 1000"
                        .formatted(Installation.rootfs()));
        assertThat(mebibytes("busy")).isEqualTo(before + 384);
        assertThat(
                        sunaba.exec(
                                        "container:create busy e --memory-limit 1T --rootfs %s -- sleep 1"
                                                .formatted(Installation.rootfs()))
                                .errors())
                .contains("busy", "1049152 MiB");
        succeed("container:delete busy d");
        succeed("container:update busy c --cpu-quota -1 --memory-limit -1");
        assertThat(mebibytes("busy")).isBetween(before, before + 64);
        assertThat(processors("busy")).isEqualTo(1);
        succeed("sandbox:delete --force busy");
    }

    @Test
    void clonesOfTemplatesGrow() {
        create("first", "--factory template");
        Installation.await("the template is made", () -> log().contains(" made in "));
        create("clone", "--factory template");
        assertThat(log()).contains("cloned in");
        growAndShrink("clone");
        succeed("sandbox:delete --force clone");
        succeed("sandbox:delete --force first");
    }
}
