package io.sunaba.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.metrics.Metric;
import io.sunaba.metrics.MetricSource;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
    void pluginsTellOfThemselves() throws InterruptedException {
        MetricSource source =
                () ->
                        List.of(
                                new Metric.Counter("x_hits_total", "Hits.", Map.of(), 2),
                                new Metric.Gauge("x_size", "Size.", Map.of("state", "a"), -1),
                                new Metric.Gauge("x_size", "Size.", Map.of("state", "b"), 1),
                                new Metric.Histogram(
                                        "x_seconds",
                                        "Time.",
                                        Map.of("kind", "\"a\"\n"),
                                        List.of(new Metric.Bucket(0.1, 2), new Metric.Bucket(1, 3)),
                                        7.5,
                                        5));
        metrics.addMetricSource(source);
        String text = metrics.platform(PATIENCE);
        assertThat(text)
                .contains(
                        "# TYPE x_hits_total counter\nx_hits_total 2.0\n",
                        "x_size{state=\"a\"} -1.0\nx_size{state=\"b\"} 1.0\n",
                        "# TYPE x_seconds histogram\n",
                        "x_seconds_bucket{kind=\"\\\"a\\\"\\n\",le=\"0.1\"} 2\n",
                        "le=\"1.0\"} 3\n",
                        "le=\"+Inf\"} 5\n",
                        "_count{kind=\"\\\"a\\\"\\n\"} 5\n",
                        "_sum{kind=\"\\\"a\\\"\\n\"} 7.5\n",
                        "sunaba_scrape_failures_total{part=\"plugins\"} 0.0\n");
        metrics.removeMetricSource(source);
        assertThat(metrics.platform(PATIENCE)).doesNotContain("x_hits");
    }

    private static List<Metric> badMetrics() {
        Map<String, String> none = Map.of();
        return List.of(
                new Metric.Gauge("a b", "", none, 1),
                new Metric.Gauge("", "", none, 1),
                new Metric.Gauge("a{b=\"c\"} 1\nd", "", none, 1),
                new Metric.Gauge("a_total", "", none, 1),
                new Metric.Gauge("sunaba_events", "", none, 1),
                new Metric.Gauge("a_count", "", none, 1),
                new Metric.Counter("a", "", none, 1),
                new Metric.Counter("a_total", "", none, -1),
                new Metric.Counter("a_total", "", none, Double.NaN),
                new Metric.Gauge("a", "", Map.of("b c", ""), 1),
                new Metric.Gauge("a", "", Map.of("__name__", "d"), 1),
                new Metric.Gauge("a", "", Map.of("le", "d"), 1),
                new Metric.Gauge("a", "", Map.of("b", "x".repeat(1000)), 1),
                new Metric.Histogram("a", "", none, buckets(2, 1, 1, 2), 1, 2),
                new Metric.Histogram("a", "", none, buckets(1, 2, 2, 1), 1, 2),
                new Metric.Histogram("a", "", none, buckets(1, 1, 2, 3), 1, 2),
                new Metric.Histogram("a", "", none, buckets(1, 1, Double.NaN, 2), 1, 2));
    }

    private static List<Metric.Bucket> buckets(
            double bound, long count, double nextBound, long nextCount) {
        return List.of(new Metric.Bucket(bound, count), new Metric.Bucket(nextBound, nextCount));
    }

    @ParameterizedTest
    @MethodSource("badMetrics")
    void badMetricOfAPluginIsLeftOutAlone(Metric bad) throws InterruptedException {
        metrics.addMetricSource(
                () -> List.of(bad, new Metric.Gauge("x_good", "Good.", Map.of(), 1)));
        Map<String, Double> samples = platform(PATIENCE);
        assertThat(samples).containsEntry("x_good", 1.0).doesNotContainKeys("a", "a_total");
        assertThat(samples.keySet()).doesNotContain("sunaba_events");
        if (!bad.name().equals("sunaba_events")) {
            assertThat(samples)
                    .containsEntry("sunaba_scrape_failures_total{part=\"plugins\"}", 1.0);
        }
    }

    @Test
    void pluginThatFailsOrHangsCostsItsOwnPartAlone() throws Exception {
        metrics.addMetricSource(() -> {
            throw new IllegalStateException("broken");
        });
        metrics.addMetricSource(() -> {
            throw new NoClassDefFoundError("gone");
        });
        metrics.addMetricSource(() -> List.of(new Metric.Gauge("x_good", "Good.", Map.of(), 1)));
        CountDownLatch interrupted = new CountDownLatch(1);
        metrics.addMetricSource(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                interrupted.countDown();
            }
            return List.of();
        });
        Map<String, Double> samples = platform(Duration.ofMillis(300));
        assertThat(samples)
                .containsEntry("x_good", 1.0)
                .containsEntry("sunaba_scrape_failures_total{part=\"plugins\"}", 3.0);
        interrupted.await();
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
