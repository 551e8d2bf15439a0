package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.itests.Installation.Background;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Sandboxes and containers through their commands: create, start, use, stop, delete; and a
/// platform that goes while they run.
class LifecycleIT {
    private static Installation sunaba;
    private static final Path ROOTFS = Installation.rootfs();

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().start();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    private static void succeed(String line) {
        sunaba.exec(line).expectSuccess();
    }

    private static String text(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private static JsonObject json(String line) {
        return JsonParser.parseString(text(line + " | json")).getAsJsonObject();
    }

    private static String state(String line) {
        return json(line).get("state").getAsString();
    }

    @Test
    void containerGoesThroughItsLife() throws Exception {
        succeed("sandbox:create --id life --memory 192M --cpus 1");
        assertThat(state("sandbox:status life")).isEqualTo("READY");
        succeed("container:create life one --rootfs " + ROOTFS + " -- sleep 1000");
        assertThat(state("container:status life one")).isEqualTo("READY");
        succeed("sandbox:start life");
        assertThat(state("sandbox:status life")).isEqualTo("RUNNING");
        assertThat(state("container:status life one")).isEqualTo("RUNNING");

        assertThat(sunaba.exec("container:exec life one -- /bin/sh -c 'echo in; exit 5'"))
                .satisfies(result -> {
                    assertThat(result.text()).isEqualTo("in\n");
                    assertThat(result.status()).isEqualTo(5);
                });
        sunaba.exec("container:exec life one -- /bin/nonesuch").expectOneLine("/bin/nonesuch");

        succeed("container:create life two --rootfs " + ROOTFS + " -- /bin/sh -c 'exit 3'");
        succeed("container:start life two");
        assertThat(json("container:wait life two").get("code").getAsInt()).isEqualTo(3);
        assertThat(state("container:status life two")).isEqualTo("STOPPED");
        succeed("container:delete life two");
        sunaba.exec("container:status life two").expectOneLine("two");

        succeed("container:kill life one --signal KILL");
        assertThat(json("container:wait life one").get("code").getAsInt()).isEqualTo(137);

        succeed("sandbox:stop life");
        assertThat(state("sandbox:status life")).isEqualTo("STOPPED");
        assertThat(sunaba.machines()).isEmpty();
        succeed("sandbox:start life");
        assertThat(text("container:exec life one -- echo again")).isEqualTo("again\n");
        sunaba.exec("sandbox:delete life").expectOneLine("life", "RUNNING", "delete");
        succeed("sandbox:delete --force life");
        sunaba.assertNothingLeft();
        assertThat(Files.readAllLines(sunaba.data().resolve("log/sunaba.log")))
                .as("what is odd about an ordinary life")
                .noneMatch(line -> line.contains("WARN") && line.contains("life"));
    }

    @Test
    void fiveSandboxesWithTwoContainersEachComeAndGo() throws Exception {
        List<Background> running = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            running.add(
                    sunaba.execInBackground("sandbox:create --id five-" + i + " --memory 128M"));
        }
        for (Background create : running) {
            assertThat(create.awaitEnd()).as(create.output()).isZero();
        }
        assertThat(sunaba.machines()).hasSize(5);
        for (int i = 1; i <= 5; i++) {
            for (String container : List.of("a", "b")) {
                succeed(
                        "container:create five-"
                                + i
                                + " "
                                + container
                                + " --rootfs "
                                + ROOTFS
                                + " -- sleep 1000");
            }
            succeed("sandbox:start five-" + i);
        }
        for (int i = 1; i <= 5; i++) {
            for (String container : List.of("a", "b")) {
                assertThat(
                                text(
                                        "container:exec five-"
                                                + i
                                                + " "
                                                + container
                                                + " -- echo five-"
                                                + i
                                                + container))
                        .isEqualTo("five-" + i + container + "\n");
            }
        }
        for (int i = 1; i <= 5; i++) {
            succeed("sandbox:delete --force five-" + i);
        }
        sunaba.assertNothingLeft();
    }

    @Test
    void sandboxesOutliveThePlatform() {
        succeed("sandbox:create --id stays --memory 128M");
        succeed("container:create stays c --rootfs " + ROOTFS + " -- sleep 1000");
        succeed("sandbox:start stays");
        List<Long> before = sunaba.machines();

        sunaba.sunaba("stop").expectSuccess();
        assertThat(ProcessHandle.of(before.getFirst())).isPresent();
        sunaba.start();

        assertThat(sunaba.machines()).isEqualTo(before);
        assertThat(state("sandbox:status stays")).isEqualTo("RUNNING");
        assertThat(text("container:exec stays c -- echo still here")).isEqualTo("still here\n");
        succeed("sandbox:delete --force stays");
        sunaba.assertNothingLeft();
    }

    @Test
    void machineThatDiesIsNoticed() {
        succeed("sandbox:create --id dies --memory 128M");
        ProcessHandle.of(sunaba.machines().getFirst()).orElseThrow().destroyForcibly();
        Installation.await("stopped", () -> state("sandbox:status dies").equals("STOPPED"));
        assertThat(json("sandbox:status dies").get("reason").getAsString()).isNotBlank();
        succeed("sandbox:delete dies");
        sunaba.assertNothingLeft();
    }
}
