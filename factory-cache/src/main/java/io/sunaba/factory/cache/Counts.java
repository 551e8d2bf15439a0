package io.sunaba.factory.cache;

import io.sunaba.factory.VmPool;
import io.sunaba.factory.support.Durations;
import io.sunaba.metrics.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/// What happened since the factory started, by hypervisor.
final class Counts {
    /// What is counted.
    enum Event {
        HIT("sunaba_cache_hits_total", "Requests that were served."),
        MISS("sunaba_cache_misses_total", "Requests for which no machine was waiting."),
        DEAD("sunaba_cache_dead_machines_total", "Machines that were dead when they were wanted."),
        REFILL("sunaba_cache_refills_total", "Machines that were made to wait."),
        FAILED_REFILL(
                "sunaba_cache_refill_failures_total", "Machines that could not be made to wait.");

        private final String metric;
        private final String help;

        Event(String metric, String help) {
            this.metric = metric;
            this.help = help;
        }
    }

    private record Key(Event event, String hypervisor) {}

    private final ConcurrentMap<Key, LongAdder> counters = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Durations> handOuts = new ConcurrentHashMap<>();

    void add(Event event, String hypervisor) {
        counters.computeIfAbsent(new Key(event, hypervisor), _ -> new LongAdder()).increment();
    }

    void handedOut(String hypervisor, Duration duration) {
        add(Event.HIT, hypervisor);
        handOuts.computeIfAbsent(
                        hypervisor,
                        _ ->
                                new Durations(
                                        "sunaba_cache_hand_out_seconds",
                                        "How long requests that were served took.",
                                        labels(hypervisor)))
                .add(duration);
    }

    List<Metric> metrics(Collection<VmPool> pools) {
        List<Metric> metrics = new ArrayList<>();
        for (Event event : Event.values()) {
            counters.forEach((key, count) -> {
                if (key.event() == event) {
                    metrics.add(
                            new Metric.Counter(
                                    event.metric,
                                    event.help,
                                    labels(key.hypervisor()),
                                    count.sum()));
                }
            });
        }
        handOuts.values().forEach(durations -> metrics.add(durations.metric()));
        metrics.addAll(
                gauges(
                        "sunaba_cache_machines",
                        "Machines that wait to be handed out.",
                        pools,
                        VmPool::waiting));
        metrics.addAll(
                gauges(
                        "sunaba_cache_target",
                        "Machines that a pool strives to keep.",
                        pools,
                        VmPool::target));
        return metrics;
    }

    private static List<Metric> gauges(
            String name, String help, Collection<VmPool> pools, ToDoubleFunction<VmPool> value) {
        return pools.stream()
                .<Metric>map(pool ->
                        new Metric.Gauge(
                                name,
                                help,
                                Map.of("hypervisor", pool.hypervisor(), "pool", pool.id()),
                                value.applyAsDouble(pool)))
                .toList();
    }

    private static Map<String, String> labels(String hypervisor) {
        return Map.of("hypervisor", hypervisor);
    }
}
