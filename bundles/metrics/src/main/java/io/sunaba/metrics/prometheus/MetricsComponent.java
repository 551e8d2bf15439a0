package io.sunaba.metrics.prometheus;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.model.snapshots.Labels;
import io.sunaba.error.NotFoundException;
import io.sunaba.metrics.MetricSource;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.PlatformMetrics;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service [PlatformMetrics].
@Component(service = PlatformMetrics.class, immediate = true)
public final class MetricsComponent implements PlatformMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsComponent.class);

    private final Sandboxes sandboxes;
    private final Path proc;
    private final EventCounts events;
    private final PluginMetrics plugins = new PluginMetrics();
    private final Map<ServiceReference<MetricSource>, LazySource> lazy = new ConcurrentHashMap<>();
    private final Map<Part, AtomicLong> failures = new EnumMap<>(Part.class);

    @Activate
    public MetricsComponent(@Reference Sandboxes sandboxes) {
        this(sandboxes, Path.of("/proc"));
    }

    MetricsComponent(Sandboxes sandboxes, Path proc) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.proc = requireNonNull(proc, "proc is null");
        this.events = new EventCounts(sandboxes.monitor());
        for (Part part : Part.values()) {
            failures.put(part, new AtomicLong());
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addPlugin(ComponentServiceObjects<MetricSource> plugin) {
        LazySource source = new LazySource(plugin);
        lazy.put(plugin.getServiceReference(), source);
        addMetricSource(source);
    }

    void removePlugin(ComponentServiceObjects<MetricSource> plugin) {
        LazySource source = lazy.remove(plugin.getServiceReference());
        if (source != null) {
            removeMetricSource(source);
            source.release();
        }
    }

    void addMetricSource(MetricSource source) {
        plugins.add(source);
    }

    void removeMetricSource(MetricSource source) {
        plugins.remove(source);
    }

    @Deactivate
    void close() {
        events.close();
    }

    @Override
    public String platform(Duration timeout) throws InterruptedException {
        List<SandboxStatus> all = sandboxes.list();
        List<Scrape.Task> tasks = new ArrayList<>();
        tasks.add(new Scrape.Task(Part.DAEMON, this::addDaemon));
        tasks.addAll(plugins.tasks(refused -> failed(Part.PLUGINS, refused)));
        for (SandboxStatus status : all) {
            sandboxes
                    .find(status.id())
                    .ifPresent(
                            sandbox -> tasks.addAll(SandboxMeasurements.of(sandbox, status, proc)));
        }
        Samples samples = new Samples();
        addStates(all, samples);
        events.add(samples);
        samples.addAll(Scrape.run(tasks, timeout, this::failed));
        addFailures(samples);
        return samples.text();
    }

    @Override
    public String sandbox(String sandboxId, Duration timeout) throws InterruptedException {
        Sandbox sandbox =
                sandboxes
                        .find(sandboxId)
                        .orElseThrow(() ->
                                new NotFoundException("there is no sandbox '" + sandboxId + "'"));
        return Scrape.run(
                        SandboxMeasurements.of(sandbox, sandbox.status(), proc),
                        timeout,
                        this::failed)
                .text();
    }

    private void failed(Part part, Exception failure) {
        LOG.debug("{} cannot be measured", part, failure);
        requireNonNull(failures.get(part)).incrementAndGet();
    }

    private void addDaemon(Samples samples) throws Exception {
        HostProcess.measure(
                proc.resolve("self"),
                "kata_shim_",
                "the platform's process",
                Labels.EMPTY,
                samples);
    }

    private static void addStates(List<SandboxStatus> all, Samples samples) {
        for (SandboxState state : SandboxState.values()) {
            samples.add(
                    "sunaba_sandboxes",
                    "Sandboxes by state.",
                    all.stream().filter(sandbox -> sandbox.state() == state).count(),
                    "state",
                    label(state));
        }
        List<ContainerStatus> containers =
                all.stream().flatMap(sandbox -> sandbox.containers().stream()).toList();
        for (ContainerState state : ContainerState.values()) {
            samples.add(
                    "sunaba_containers",
                    "Containers by state.",
                    containers.stream().filter(container -> container.state() == state).count(),
                    "state",
                    label(state));
        }
    }

    private static String label(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private void addFailures(Samples samples) {
        failures.forEach((part, count) ->
                samples.add(
                        "sunaba_scrape_failures_total",
                        "Measurements that failed or were late, by what was measured.",
                        count.get(),
                        "part",
                        part.label()));
    }
}
