package io.sunaba.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GuestTextTest {
    private final Samples samples = new Samples();

    private Map<String, Double> read(String text, int refused) {
        assertThat(GuestText.read(text, "web", samples)).isEqualTo(refused);
        return PrometheusText.parse(samples.text());
    }

    @Test
    void samplesGetTheLabelOfTheirSandbox() {
        assertThat(
                        read(
                                """
                                # HELP kata_guest_load Load.
                                # TYPE kata_guest_load gauge
                                kata_guest_load{item="load1"} 0.5
                                kata_guest_load{item="a\\"b\\\\c,}"} 1e3 1700000000
                                kata_agent_threads 7
                                kata_agent_process_cpu_seconds_total 1.5
                                """,
                                0))
                .containsEntry("kata_guest_load{item=\"load1\",sandbox_id=\"web\"}", 0.5)
                .containsEntry("kata_guest_load{item=\"a\\\"b\\\\c,}\",sandbox_id=\"web\"}", 1000.0)
                .containsEntry("kata_agent_threads{sandbox_id=\"web\"}", 7.0)
                .containsEntry("kata_agent_process_cpu_seconds_total{sandbox_id=\"web\"}", 1.5)
                .hasSize(4);
        assertThat(samples.text()).contains("# HELP kata_guest_load Load.\n");
    }

    @Test
    void guestCannotSpeakForOthers() {
        assertThat(
                        read(
                                """
                                sunaba_sandboxes{state="running"} 100
                                kata_hypervisor_fds 5
                                kata_guest_load_total 1
                                kata_guest_load_info 1
                                kata_guest_own 1
                                kata_guest_load{sandbox_id="other",item="load1"} 1
                                """,
                                5))
                .containsOnlyKeys("kata_guest_load{item=\"load1\",sandbox_id=\"web\"}");
    }

    @Test
    void whatIsNoSampleIsRefused() {
        assertThat(
                        read(
                                """
                                kata_guest_load{item="load1" 1
                                kata_guest_load{item=load1} 1
                                kata_guest_load{item="a",item="b"} 1
                                kata_guest_load one
                                kata_guest_load
                                kata_agent_process_cpu_seconds_total -1
                                kata_guest_tasks{item="cur"} 1
                                kata_guest_tasks{item="cur"} 2
                                """,
                                5))
                .isEqualTo(Map.of("kata_guest_tasks{item=\"cur\",sandbox_id=\"web\"}", 1.0));
    }

    @Test
    void lineThatWouldTakeLongIsRefused() {
        String half = "} 1 ".repeat(100_000);
        assertThat(
                        read(
                                "kata_guest_load{%s\nkata_guest_load{item=\"%s\"} 1\n# HELP %s\n"
                                        .formatted(half, "\\\\".repeat(100_000), half),
                                3))
                .isEmpty();
    }

    @Test
    void endlessTextIsCut() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            text.append("kata_guest_vm_stat{item=\"").append(i).append("\"} 1\n");
        }
        assertThat(read(text.toString(), 0)).hasSize(10_000);
    }
}
