package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.itests.Installation.Background;
import io.sunaba.itests.Installation.Result;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `sandbox:run`: one command that boots a machine, runs a container in it, and removes everything.
class RunIT {
    private static Installation sunaba;
    private static final Path ROOTFS = Installation.rootfs();

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().cloning().start();
    }

    @AfterEach
    void nothingIsLeft() {
        sunaba.assertNothingLeft();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    @Test
    void passesOutputAndExitStatus() {
        Result result =
                sunaba.exec(
                        "sandbox:run --rootfs "
                                + ROOTFS
                                + " -- /bin/sh -c \"echo hi; echo oops >&2; exit 7\"");
        assertThat(result.text()).isEqualTo("hi\n");
        assertThat(result.errors()).isEqualTo("oops\n");
        assertThat(result.status()).isEqualTo(7);
    }

    @Test
    void passesTenMegabytesThroughByteForByte() {
        byte[] input = new byte[10 << 20];
        new Random(7).nextBytes(input);
        Result result =
                sunaba.sunabaWithInput(input, "exec", "sandbox:run --rootfs " + ROOTFS + " -- cat");
        assertThat(result.status()).as(result.errors()).isZero();
        assertThat(result.output()).isEqualTo(input);
    }

    @Test
    void interruptReachesTheProcess() throws Exception {
        Background running =
                sunaba.execInBackground(
                                "sandbox:run --rootfs "
                                        + ROOTFS
                                        + " -- /bin/sh -c 'trap \"echo caught; exit 42\" INT; echo ready; while :; do sleep 1; done'")
                        .awaitOutput("ready");
        Installation.signal(running.process(), "INT");
        assertThat(running.awaitEnd()).isEqualTo(42);
        assertThat(running.output()).contains("caught");
    }

    @Test
    void clientThatVanishesLeavesNothing() throws Exception {
        Background running =
                sunaba.execInBackground(
                                "sandbox:run --rootfs "
                                        + ROOTFS
                                        + " -- /bin/sh -c 'echo ready; exec sleep 1000'")
                        .awaitOutput("ready");
        running.process().descendants().forEach(ProcessHandle::destroyForcibly);
        running.process().destroyForcibly().waitFor();
        Installation.await("machine gone", () -> sunaba.machines().isEmpty());
        Installation.await(
                "sandbox gone",
                () -> sunaba.exec("sandbox:list | json").text().strip().equals("[]"));
    }

    @Test
    void smallGuestsWork() {
        Result result =
                sunaba.exec("sandbox:run --memory 128M --rootfs " + ROOTFS + " -- /bin/echo small");
        assertThat(result.text()).as(result.errors()).isEqualTo("small\n");
    }

    @Test
    void commandThatIsNotThereIsNamed() {
        sunaba.exec("sandbox:run --rootfs " + ROOTFS + " -- /bin/nonesuch")
                .expectOneLine("/bin/nonesuch");
    }

    @Test
    void outputKeepsItsBytes() {
        Result result = sunaba.exec("sandbox:run --rootfs " + ROOTFS + " -- printf 'a\\0b\\377'");
        assertThat(result.output()).containsExactly('a', 0, 'b', 0xff);
    }
}
