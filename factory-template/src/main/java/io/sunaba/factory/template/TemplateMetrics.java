package io.sunaba.factory.template;

import io.sunaba.factory.support.Durations;
import io.sunaba.metrics.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What this factory tells of itself.
final class TemplateMetrics {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder cloneFailures = new LongAdder();
    private final LongAdder builds = new LongAdder();
    private final LongAdder buildFailures = new LongAdder();
    private final Durations clones =
            new Durations(
                    "sunaba_template_clone_seconds",
                    "Time from a request to the agent's answer in a clone.",
                    Map.of());

    void cloned(Duration time) {
        hits.increment();
        clones.add(time);
    }

    void missed() {
        misses.increment();
    }

    void cloneFailed() {
        cloneFailures.increment();
    }

    void built() {
        builds.increment();
    }

    void buildFailed() {
        buildFailures.increment();
    }

    /// @param ready how many templates there are
    /// @param making how many are being made
    List<Metric> metrics(int ready, int making) {
        return List.of(
                counter("sunaba_template_hits_total", "Requests that got a clone.", hits),
                counter("sunaba_template_misses_total", "Requests without a template.", misses),
                counter(
                        "sunaba_template_clone_failures_total",
                        "Requests with a template that got no clone.",
                        cloneFailures),
                counter("sunaba_template_builds_total", "Templates made.", builds),
                counter(
                        "sunaba_template_build_failures_total",
                        "Templates that could not be made.",
                        buildFailures),
                templates("ready", ready),
                templates("making", making),
                clones.metric());
    }

    private static Metric counter(String name, String help, LongAdder value) {
        return new Metric.Counter(name, help, Map.of(), value.sum());
    }

    private static Metric templates(String state, int count) {
        return new Metric.Gauge(
                "sunaba_templates", "Templates by state.", Map.of("state", state), count);
    }
}
