package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Limits of a running container, as the container itself finds them: given at its creation,
/// changed, and kept over a stop of its sandbox.
class UpdateContainerIT {
    private static final String GROUP = "/sys/fs/cgroup/";
    private static final List<String> FILES =
            List.of("cpu.weight", "cpu.max", "cpuset.cpus", "memory.max", "pids.max");

    private static Installation sunaba;

    @BeforeAll
    static void startSandbox() {
        sunaba = Installation.unpack().cloning().start();
        succeed("sandbox:create --id limits --memory 192M --cpus 2");
        succeed(
                "container:create limits c --cpus 0.5 --memory-limit 48M --pids-limit 40 --rootfs "
                        + Installation.rootfs()
                        + " -- /bin/sh -c 'while :; do sleep 1; done'");
        succeed("sandbox:start limits");
    }

    @AfterAll
    static void stop() {
        succeed("sandbox:delete --force limits");
        sunaba.closeClean();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    /// The files of the control group that the container sees as its own.
    private static List<String> limits() {
        return FILES.stream()
                .map(file -> succeed("container:exec limits c -- cat " + GROUP + file).strip())
                .toList();
    }

    private static int processes() {
        return JsonParser.parseString(succeed("container:stats limits c | json"))
                .getAsJsonObject()
                .get("processes")
                .getAsInt();
    }

    @Test
    void limitsAreInForceAndStay() {
        assertThat(limits()).containsExactly("100", "50000 100000", "", "50331648", "40");

        succeed(
                "container:update limits c --cpu-shares 2048 --cpu-quota 20000 --cpu-period 40000"
                        + " --cpuset-cpus 1 --memory-limit 64M --pids-limit 12");
        List<String> changed = List.of("79", "20000 40000", "1", "67108864", "12");
        assertThat(limits()).isEqualTo(changed);
        assertThat(succeed("container:exec limits c -- grep Cpus_allowed_list /proc/self/status"))
                .isEqualTo("Cpus_allowed_list:\t1\n");
        assertThat(
                        sunaba.exec(
                                        "container:exec limits c -- /bin/sh -c"
                                                + " 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1 & done'")
                                .errors())
                .contains("can't fork");
        Installation.await(
                "those that could be started have ended, and their first process has reaped them",
                () -> processes() <= 2);

        succeed("container:update limits c --memory-limit 80M");
        assertThat(limits())
                .as("what is not said stays")
                .containsExactly("79", "20000 40000", "1", "83886080", "12");
        JsonObject stats =
                JsonParser.parseString(succeed("container:stats limits c | json"))
                        .getAsJsonObject();
        assertThat(stats.get("memoryLimitBytes").getAsLong()).isEqualTo(80L << 20);

        succeed("sandbox:stop limits");
        succeed("sandbox:start limits");
        assertThat(limits())
                .as("in a new machine")
                .containsExactly("79", "20000 40000", "1", "83886080", "12");

        succeed("container:update limits c --cpu-quota -1 --memory-limit -1 --pids-limit -1");
        assertThat(limits()).containsExactly("79", "max 40000", "1", "max", "max");
    }
}
