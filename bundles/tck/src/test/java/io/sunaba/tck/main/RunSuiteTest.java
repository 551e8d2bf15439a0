package io.sunaba.tck.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.tck.hypervisor.HypervisorFixture;
import io.sunaba.tck.storage.BrokenStorageFixture;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class RunSuiteTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(String... arguments) throws InterruptedException {
        return RunSuite.run(
                new PrintStream(output, true, UTF_8),
                new PrintStream(errors, true, UTF_8),
                arguments);
    }

    @Test
    void printsALineACheck() throws InterruptedException {
        int status = run(BrokenStorageFixture.class.getName(), "missing key", "own copy");

        assertThat(output.toString(UTF_8).lines())
                .hasSize(4)
                .contains("metadata storage", "0 of 2 checks failed")
                .anyMatch(line -> line.matches("ok   names a missing key \\(\\d+ ms\\)"));
        assertThat(status).isZero();
    }

    @Test
    void failsWithAFailedCheck() throws InterruptedException {
        int status = run(NoConstructor.class.getName(), "goes through every state");

        assertThat(output.toString(UTF_8))
                .contains("FAIL goes through every state")
                .contains("has no public constructor without parameters")
                .contains("1 of 1 checks failed");
        assertThat(status).isEqualTo(1);
    }

    @Test
    void saysWhatItCannotRun() throws InterruptedException {
        assertThat(run()).isEqualTo(2);
        assertThat(run("org.example.Nonesuch")).isEqualTo(2);
        assertThat(run(RunSuiteTest.class.getName())).isEqualTo(2);
        assertThat(run(BrokenStorageFixture.class.getName(), "flies")).isEqualTo(2);
        assertThat(errors.toString(UTF_8))
                .contains("usage: ")
                .contains("there is no class org.example.Nonesuch on the class path")
                .contains("io.sunaba.tck.main.RunSuiteTest must be a StorageFixture, ")
                .contains("no check has such a name");
    }

    /// A fixture that cannot be made.
    abstract static class NoConstructor implements HypervisorFixture {
        NoConstructor(String place) {
            assertThat(place).isNotNull();
        }
    }
}
