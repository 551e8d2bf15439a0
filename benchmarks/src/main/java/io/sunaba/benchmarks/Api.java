package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import com.google.gson.GsonBuilder;
import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.Sandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// How long operations of the API take for a bundle that calls them, next to what the agent itself
/// takes to answer. A bundle of its own, which is put into a platform that runs, with a command.
@Component(
        service = Api.class,
        property = {"osgi.command.scope=bench", "osgi.command.function=api"})
public final class Api {
    private static final String CONTAINER = "busy";
    private static final String FLOOR = "round trip";
    private static final List<String> TRUE = List.of("/bin/true");
    private static final double MOST_OVER_ROUND_TRIP_SECONDS = 0.005;

    private static final Map<String, String> MEANINGS =
            Map.of(
                    FLOOR,
                    "the agent alone: a health check on a connection of its own, like machine",
                    "status",
                    "status(), which does not ask the guest",
                    "stats",
                    "statsContainer()",
                    "exec",
                    "enterContainer() of /bin/true and waitProcess()",
                    "container",
                    "createContainer() of /bin/true, start, waitProcess(), delete");

    private interface Call {
        void make() throws Exception;
    }

    private final Sandboxes sandboxes;
    private final AgentDriver driver;
    private final Path runDirectory;
    private final Map<String, Series> series = new LinkedHashMap<>();

    @Activate
    public Api(
            BundleContext context,
            @Reference Sandboxes sandboxes,
            @Reference(target = "(sunaba.name=kata)") AgentDriver driver) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.driver = requireNonNull(driver, "driver is null");
        this.runDirectory =
                Path.of(requireNonNull(context.getProperty("sunaba.run"), "sunaba.run is not set"));
    }

    /// The command.
    ///
    /// @param rootfs a root file system with busybox
    /// @param file for the result
    public String api(String rootfs, String file, int rounds) throws Exception {
        series.clear();
        Sandbox idle = sandboxes.create(new SandboxConfig("bench-floor"));
        // Takes the place of the platform's own connection, which nothing wants back.
        try (Agent agent = driver.connect(endpoint(), Duration.ofMinutes(1))) {
            measure(agent, new Rootfs.Packed(Path.of(rootfs)), rounds);
        } finally {
            idle.stop(true);
            idle.delete();
        }
        save(Path.of(file));
        return report() + "\nwritten to " + file;
    }

    private void measure(Agent agent, Rootfs rootfs, int rounds) throws Exception {
        Sandbox sandbox =
                sandboxes.create(
                        new SandboxConfig(
                                "bench",
                                new ContainerConfig(
                                        CONTAINER,
                                        rootfs,
                                        new ProcessConfig(List.of("sleep", "100000")))));
        try {
            sandbox.start();
            measureOnce(agent, sandbox, rootfs); // for the Java compilers
            series.clear();
            for (int round = 0; round < rounds; round++) {
                measureOnce(agent, sandbox, rootfs);
            }
        } finally {
            sandbox.stop(true);
            sandbox.delete();
        }
    }

    /// Taken in turn, so that what else the machine does hits all alike.
    private void measureOnce(Agent agent, Sandbox sandbox, Rootfs rootfs) throws Exception {
        time(FLOOR, 50, agent::check);
        time("status", 200, sandbox::status);
        time("stats", 50, () -> sandbox.statsContainer(CONTAINER));
        time(
                "exec",
                10,
                () ->
                        sandbox.waitProcess(
                                CONTAINER,
                                sandbox.enterContainer(CONTAINER, new ProcessConfig(TRUE))));
        time(
                "container",
                3,
                () -> {
                    sandbox.createContainer(
                            new ContainerConfig("short", rootfs, new ProcessConfig(TRUE)));
                    sandbox.startContainer("short");
                    sandbox.waitProcess("short", "short");
                    sandbox.deleteContainer("short");
                });
    }

    private AgentEndpoint endpoint() throws IOException {
        try (Stream<Path> files = Files.walk(runDirectory.toRealPath())) {
            Path socket =
                    files.filter(file -> file.endsWith("agent.sock"))
                            .findAny()
                            .orElseThrow(() ->
                                    new IOException("no machine's agent below " + runDirectory));
            return new AgentEndpoint.SerialPort(socket);
        }
    }

    private void time(String name, int count, Call call) throws Exception {
        Series times = series.computeIfAbsent(name, _ -> new Series());
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            call.make();
            times.add(System.nanoTime() - start);
        }
    }

    private Series of(String name) {
        return requireNonNull(series.get(name), name);
    }

    private String report() {
        StringBuilder text = new StringBuilder();
        text.append(
                "%-10s %12s %12s %12s   %s%n"
                        .formatted("", "median", "p99", "- round trip", "what"));
        double floor = of(FLOOR).median();
        series.forEach((name, times) ->
                text.append(
                        "%-10s %9.3f ms %9.3f ms %9.3f ms   %s%n"
                                .formatted(
                                        name,
                                        1e3 * times.median(),
                                        1e3 * times.percentile(99),
                                        1e3 * (times.median() - floor),
                                        MEANINGS.get(name))));
        boolean reached = of("status").median() < floor + MOST_OVER_ROUND_TRIP_SECONDS;
        text.append(
                "%naim: median status below 5 ms plus the agent's round trip: %s"
                        .formatted(reached ? "reached" : "MISSED"));
        return text.toString();
    }

    private void save(Path file) throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        series.forEach((name, times) ->
                result.put(
                        name,
                        Map.of(
                                "medianSeconds", times.median(),
                                "p99Seconds", times.percentile(99),
                                "count", times.values().size())));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
    }
}
