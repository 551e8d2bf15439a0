package io.sunaba.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.tck.junit.ContractTests;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class SuiteTest {
    private final AtomicInteger open = new AtomicInteger();
    private final FixtureSource<AutoCloseable> source =
            () -> {
                open.incrementAndGet();
                return open::decrementAndGet;
            };

    @Test
    void reportsEachCheckAndClosesEachFixture() throws Exception {
        Suite<AutoCloseable> suite =
                new Suite<>(
                        "pets",
                        List.of(
                                new Check<>("barks", _ -> Expect.equal("open", 1, open.get())),
                                new Check<>("flies", _ -> Expect.that(false, "a dog flies")),
                                new Check<>(
                                        "comes back",
                                        Duration.ofMillis(50),
                                        _ -> new CountDownLatch(1).await())));

        Report report = suite.run(source);

        assertThat(report.failures())
                .extracting(Outcome::check)
                .containsExactly("flies", "comes back");
        assertThat(report.toString())
                .contains("ok   barks")
                .contains("FAIL flies")
                .contains("expected that a dog flies")
                .contains("not done within 50 ms")
                .endsWith("2 of 3 checks failed");
        assertThat(open).hasValue(0);
    }

    @Test
    void aFixtureThatCannotOpenFailsItsCheck() throws Exception {
        Suite<AutoCloseable> suite = new Suite<>("pets", List.of(new Check<>("barks", _ -> {})));

        Report report =
                suite.run(() -> {
                    throw new IllegalStateException("no kennel");
                });

        assertThat(report.failures()).hasSize(1);
        assertThat(report.toString()).contains("no kennel");
    }

    @TestFactory
    Stream<DynamicTest> runsUnderJupiter() {
        return ContractTests.of(
                new Suite<>("pets", List.of(new Check<>("barks", _ -> {}))), source);
    }

    @Test
    void expectationsSayWhatWasSeen() {
        assertThatThrownBy(() -> Expect.equal("legs", 4, 3))
                .isInstanceOf(AssertionError.class)
                .hasMessage("legs: expected 4 but was 3");
        assertThatThrownBy(() -> Expect.equal("bytes", new byte[] {1, 2}, new byte[] {1, 3}))
                .hasMessageContaining("first difference at 1");
        assertThatThrownBy(() -> Expect.failure(IllegalStateException.class, "a walk", () -> {}))
                .hasMessageContaining("nothing failed");
        assertThat(
                        Expect.failure(
                                IllegalStateException.class,
                                "a walk",
                                () -> {
                                    throw new IllegalStateException("rain");
                                }))
                .hasMessage("rain");
    }

    @Test
    void callersFailTogether() {
        assertThatThrownBy(() ->
                        Callers.together(
                                100, caller -> Expect.that(caller % 50 != 7, "caller is lucky")))
                .hasMessage("caller 7 of 100 failed")
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    }

    @Test
    void footprintSeesWhatLeaks(@TempDir Path directory) throws Exception {
        Footprint before = Footprint.now();
        Path file = Files.createFile(directory.resolve("leak"));
        FileChannel channel = FileChannel.open(file);
        assertThatThrownBy(() -> before.expectNothingMore(Duration.ZERO))
                .hasMessageContaining("leak");
        channel.close();
        before.expectNothingMore();

        Process child = new ProcessBuilder("cat").start();
        child.destroyForcibly();
        child.waitFor();
        before.expectNothingMore();
    }
}
