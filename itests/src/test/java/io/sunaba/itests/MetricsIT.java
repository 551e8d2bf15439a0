package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Metrics are there under the names that people know, move, and are served only where somebody
/// said so.
class MetricsIT {
    private static final String PID = "io.sunaba.metrics";

    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-z_]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\",?)*})?"
                            + " (NaN|[+-]Inf|-?[0-9.]+(?:E-?[0-9]+)?)");

    private static final List<String> OF_SANDBOX =
            List.of(
                    "kata_hypervisor_fds",
                    "kata_hypervisor_io_stat",
                    "kata_hypervisor_netdev",
                    "kata_hypervisor_proc_stat",
                    "kata_hypervisor_proc_status",
                    "kata_hypervisor_threads",
                    "kata_agent_scrape_count",
                    "kata_agent_threads",
                    "kata_agent_total_time",
                    "kata_agent_total_vm",
                    "kata_agent_total_rss",
                    "kata_agent_io_stat",
                    "kata_agent_proc_stat",
                    "kata_agent_proc_status",
                    "kata_guest_cpu_time",
                    "kata_guest_diskstat",
                    "kata_guest_load",
                    "kata_guest_meminfo",
                    "kata_guest_netdev_stat",
                    "kata_guest_tasks",
                    "kata_guest_vm_stat",
                    "sunaba_machine_cpu_seconds_total",
                    "sunaba_machine_resident_bytes",
                    "sunaba_machine_proportional_bytes",
                    "sunaba_container_cpu_seconds_total",
                    "sunaba_container_memory_bytes",
                    "sunaba_container_processes",
                    "sunaba_container_out_of_memory_kills_total");

    private static final List<String> OF_PLATFORM =
            List.of(
                    "kata_shim_fds",
                    "kata_shim_io_stat",
                    "kata_shim_netdev",
                    "kata_shim_proc_stat",
                    "kata_shim_proc_status",
                    "kata_shim_threads",
                    "sunaba_sandboxes",
                    "sunaba_containers",
                    "sunaba_events_total",
                    "sunaba_scrape_failures_total");

    private static Installation sunaba;
    private static HttpClient client;

    @BeforeAll
    static void startSandbox() {
        client = HttpClient.newHttpClient();
        sunaba = Installation.unpack().cloning().start();
        sunaba.exec("sandbox:create --id web --memory 256M --cpus 1").expectSuccess();
        sunaba.exec("sandbox:start web").expectSuccess();
        sunaba.exec(
                        "container:create web one --rootfs %s -- sleep 1000"
                                .formatted(Installation.rootfs()))
                .expectSuccess();
        sunaba.exec("container:start web one").expectSuccess();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
        client.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String get(int port) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:%d/metrics".formatted(port)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private static boolean refused(int port) {
        try {
            get(port);
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException _) {
            // It is closing, in the middle of an answer.
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Returns the samples; a family must be in one piece and introduced, a sample there once.
    private static Map<String, Double> parse(String text) {
        Map<String, Double> samples = new TreeMap<>();
        Set<String> families = new HashSet<>();
        String family = "";
        boolean histogram = false;
        for (String line : text.strip().split("\n", -1)) {
            if (line.startsWith("# TYPE ")) {
                family = line.split(" ", -1)[2];
                histogram = line.endsWith(" histogram");
                assertThat(families.add(family)).as(line).isTrue();
            } else if (!line.startsWith("#")) {
                Matcher matcher = SAMPLE.matcher(line);
                assertThat(matcher.matches()).as(line).isTrue();
                String name = matcher.group(1);
                assertThat(histogram ? name.replaceFirst("_(bucket|count|sum)$", "") : name)
                        .isEqualTo(family);
                String labels = matcher.group(2) == null ? "" : matcher.group(2);
                assertThat(samples.put(name + labels, Double.valueOf(matcher.group(3)))).isNull();
            }
        }
        return samples;
    }

    private static void expectFamilies(
            Map<String, Double> samples, List<String> families, Predicate<String> labels) {
        assertThat(families)
                .allSatisfy(family ->
                        assertThat(samples.keySet())
                                .filteredOn(sample ->
                                        sample.equals(family) || sample.startsWith(family + "{"))
                                .isNotEmpty()
                                .allMatch(labels));
    }

    private static boolean ofWeb(String sample) {
        return sample.contains("sandbox_id=\"web\"");
    }

    private static void logged(String words) {
        Installation.await(
                words,
                () -> {
                    try {
                        return Files.readString(sunaba.data().resolve("log/sunaba.log"))
                                .contains(words);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    @Test
    void endpointIsOffUntilItIsTurnedOnAndFollowsEdits() throws Exception {
        int port = freePort();
        sunaba.configure(PID, "port", Integer.toString(port));
        assertThat(refused(9190)).isTrue();
        assertThat(refused(port)).isTrue();

        sunaba.configure(PID, "enabled", "true");
        Installation.await("served", () -> !refused(port));
        Map<String, Double> before = parse(get(port));
        expectFamilies(before, OF_SANDBOX, MetricsIT::ofWeb);
        expectFamilies(before, OF_PLATFORM, sample -> !ofWeb(sample));
        assertThat(before)
                .containsEntry("sunaba_sandboxes{state=\"running\"}", 1.0)
                .containsEntry("sunaba_containers{state=\"running\"}", 1.0)
                .containsEntry("sunaba_scrape_failures_total{part=\"guest\"}", 0.0)
                .containsEntry("sunaba_guest_lines_refused{sandbox_id=\"web\"}", 0.0);

        valuesMove(port, before);

        sunaba.configure(PID, "port", "many");
        logged("io.sunaba.metrics.cfg: port is 'many': it must be a number from 1 to 65535");
        get(port);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            sunaba.configure(PID, "port", Integer.toString(taken.getLocalPort()));
            logged("metrics cannot be served at 127.0.0.1:%d".formatted(taken.getLocalPort()));
            get(port);
        }

        sunaba.configure(PID, "enabled", "false");
        sunaba.configure(PID, "port", Integer.toString(port));
        Installation.await("closed", () -> refused(port));
    }

    private static void valuesMove(int port, Map<String, Double> before) throws Exception {
        sunaba.exec(
                        "container:exec web one -- sh -c 'i=0; while [ $i -lt 50000 ]; do i=$((i+1));"
                                + " done'")
                .expectSuccess();
        Map<String, Double> after = parse(get(port));
        for (String sample :
                List.of(
                        "sunaba_container_cpu_seconds_total{container_id=\"one\",sandbox_id=\"web\"}",
                        "sunaba_machine_cpu_seconds_total{sandbox_id=\"web\"}",
                        "kata_hypervisor_proc_stat{item=\"utime\",sandbox_id=\"web\"}",
                        "kata_guest_cpu_time{cpu=\"total\",item=\"user\",sandbox_id=\"web\"}",
                        "kata_agent_scrape_count{sandbox_id=\"web\"}")) {
            assertThat(after.get(sample)).as(sample).isGreaterThan(before.get(sample));
        }
    }

    @Test
    void commandShowsPlatformSandboxAndGuest() {
        Map<String, Double> platform = parse(sunaba.exec("sandbox:metrics").expectSuccess().text());
        expectFamilies(platform, OF_PLATFORM, sample -> !ofWeb(sample));
        expectFamilies(platform, OF_SANDBOX, MetricsIT::ofWeb);

        Map<String, Double> sandbox =
                parse(sunaba.exec("sandbox:metrics web").expectSuccess().text());
        expectFamilies(sandbox, OF_SANDBOX, MetricsIT::ofWeb);
        assertThat(sandbox.keySet()).allMatch(MetricsIT::ofWeb);

        Map<String, Double> guest =
                parse(sunaba.exec("sandbox:metrics web --agent").expectSuccess().text());
        assertThat(guest)
                .containsKeys("kata_agent_threads", "kata_guest_meminfo{item=\"mem_total\"}")
                .allSatisfy((sample, _) -> assertThat(sample).matches("kata_(agent|guest)_.*"));

        sunaba.exec("sandbox:metrics nonesuch").expectOneLine("nonesuch");
        sunaba.exec("sandbox:metrics nonesuch --agent").expectOneLine("nonesuch");
        sunaba.exec("sandbox:metrics --agent").expectOneLine("--agent", "SANDBOX");
        assertThatThrownBy(() -> get(9190)).isInstanceOf(ConnectException.class);
    }
}
