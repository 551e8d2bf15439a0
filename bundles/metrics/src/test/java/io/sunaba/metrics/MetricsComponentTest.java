package io.sunaba.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsComponentTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private final MetricsComponent metrics = new MetricsComponent(sandboxes, Path.of("/proc"));

    @AfterEach
    void close() {
        metrics.close();
    }

    private Map<String, Double> platform(Duration timeout) throws InterruptedException {
        return PrometheusText.parse(metrics.platform(timeout));
    }

    @Test
    void platformIsMeasured() throws InterruptedException {
        sandboxes.add("a", SandboxState.RUNNING);
        sandboxes.add("b", SandboxState.RUNNING);
        sandboxes.add("c", SandboxState.STOPPED);
        Map<String, Double> samples = platform(PATIENCE);
        assertThat(samples)
                .containsEntry("sunaba_sandboxes{state=\"running\"}", 2.0)
                .containsEntry("sunaba_sandboxes{state=\"paused\"}", 0.0)
                .containsEntry("sunaba_containers{state=\"stopped\"}", 1.0)
                .containsEntry("sunaba_events_total{type=\"OutOfMemory\"}", 0.0)
                .containsEntry("sunaba_scrape_failures_total{part=\"guest\"}", 0.0)
                .containsEntry("kata_agent_threads{sandbox_id=\"b\"}", 3.0)
                .containsEntry("sunaba_machine_cpu_seconds_total{sandbox_id=\"a\"}", 1.0)
                .containsEntry(
                        "sunaba_container_memory_bytes{container_id=\"one\",sandbox_id=\"a\"}",
                        4096.0);
        for (String process : new String[] {"kata_shim_", "kata_hypervisor_"}) {
            for (String name :
                    new String[] {"threads", "fds", "proc_stat", "proc_status", "io_stat"}) {
                assertThat(samples.keySet()).anyMatch(sample -> sample.startsWith(process + name));
            }
        }
        assertThat(samples.get("kata_hypervisor_threads{sandbox_id=\"a\"}")).isPositive();
        assertThat(samples)
                .containsKey(
                        "kata_hypervisor_netdev{interface=\"lo\",item=\"recv_bytes\",sandbox_id=\"a\"}")
                .containsKey("kata_hypervisor_io_stat{item=\"readbytes\",sandbox_id=\"a\"}")
                .containsKey("kata_hypervisor_proc_status{item=\"vmrss\",sandbox_id=\"a\"}");
    }

    @Test
    void oneSandboxIsMeasured() throws InterruptedException {
        sandboxes.add("a", SandboxState.RUNNING);
        sandboxes.add("b", SandboxState.RUNNING);
        assertThat(PrometheusText.parse(metrics.sandbox("a", PATIENCE)).keySet())
                .isNotEmpty()
                .allMatch(sample -> sample.contains("sandbox_id=\"a\""));
        assertThatThrownBy(() -> metrics.sandbox("nobody", PATIENCE))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void guestThatHangsCostsTheTimeoutAndItsPartAlone() throws Exception {
        sandboxes.add("a", SandboxState.RUNNING);
        CountDownLatch interrupted = new CountDownLatch(1);
        sandboxes.guest =
                () -> {
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                    return "";
                };
        long begun = System.nanoTime();
        Map<String, Double> samples = platform(Duration.ofMillis(300));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(300), PATIENCE);
        assertThat(samples)
                .containsEntry("sunaba_scrape_failures_total{part=\"guest\"}", 1.0)
                .containsKey("kata_shim_threads")
                .containsKey("kata_hypervisor_threads{sandbox_id=\"a\"}");
        interrupted.await();
    }

    @Test
    void failureIsCountedAndTheRestIsThere() throws InterruptedException {
        sandboxes.add("a", SandboxState.RUNNING);
        sandboxes.add("b", SandboxState.RUNNING);
        AtomicInteger calls = new AtomicInteger();
        sandboxes.guest =
                () -> {
                    if (calls.getAndIncrement() == 0) {
                        throw new UnavailableException("gone");
                    }
                    return "kata_agent_threads 3\n";
                };
        Map<String, Double> samples = platform(PATIENCE);
        assertThat(samples).containsEntry("sunaba_scrape_failures_total{part=\"guest\"}", 1.0);
        assertThat(samples.keySet())
                .filteredOn(sample -> sample.startsWith("kata_agent_threads"))
                .hasSize(1);
    }

    @Test
    void eventsAreCountedByType() throws InterruptedException {
        sandboxes.events.add(new SandboxEvent.OutOfMemory("a", Instant.EPOCH, "one"));
        sandboxes.events.add(
                new SandboxEvent.FactoryFellBack("a", Instant.EPOCH, "template", "new", "none"));
        sandboxes.events.add(new SandboxEvent.Missed("", Instant.EPOCH, 4));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Map<String, Double> samples = platform(PATIENCE);
        while (!Double.valueOf(4).equals(samples.get("sunaba_events_total{type=\"Missed\"}"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            samples = platform(PATIENCE);
        }
        assertThat(samples)
                .containsEntry("sunaba_events_total{type=\"OutOfMemory\"}", 1.0)
                .containsEntry("sunaba_factory_fallbacks_total{from=\"template\",to=\"new\"}", 1.0);
    }
}
