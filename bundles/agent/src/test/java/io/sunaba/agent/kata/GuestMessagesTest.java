package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.guest.protocol.CgroupStats;
import io.sunaba.guest.protocol.CpuStats;
import io.sunaba.guest.protocol.CpuUsage;
import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.MemoryData;
import io.sunaba.guest.protocol.MemoryStats;
import io.sunaba.guest.protocol.PidsStats;
import io.sunaba.guest.protocol.Routes;
import io.sunaba.guest.protocol.StatsContainerResponse;
import io.sunaba.guest.protocol.ThrottlingData;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Route;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuestMessagesTest {
    @Test
    void translatesAnInterfaceThereAndBack() {
        Interface.Network network = new Interface.Tap("tap0", null);
        Interface value =
                new Interface(
                        "eth0",
                        "02:00:00:00:00:01",
                        List.of("10.0.2.15/24", "fd00::5/64"),
                        1450,
                        network);
        var message = NetworkMessages.message(value);
        assertThat(message.getHwAddr()).isEqualTo("02:00:00:00:00:01");
        assertThat(message.getIPAddresses(1).getFamily()).isEqualTo(IPFamily.v6);
        assertThat(message.getIPAddresses(1).getAddress()).isEqualTo("fd00::5");
        assertThat(message.getIPAddresses(1).getMask()).isEqualTo("64");
        assertThat(NetworkMessages.value(message, network)).isEqualTo(value);
    }

    @Test
    void refusesAnInterfaceThatCannotBeFoundOrConfigured() {
        assertThatThrownBy(() ->
                        NetworkMessages.message(new Interface("eth0", null, List.of(), null, null)))
                .isInstanceOf(RejectedException.class)
                .hasMessage("interface eth0 has no MAC address to find it by");
        assertThatThrownBy(() ->
                        NetworkMessages.message(
                                new Interface(
                                        "eth0",
                                        "02:00:00:00:00:01",
                                        List.of("10.0.2.15"),
                                        null,
                                        null)))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "interface eth0: address \"10.0.2.15\" must be in CIDR notation, such as"
                                + " 10.0.2.15/24");
    }

    @Test
    void translatesRoutesThereAndBack() {
        List<Route> values =
                List.of(
                        new Route("default", "10.0.2.2", "eth0", null, 0),
                        new Route("default", "fd00::1", "eth0", null, 0),
                        new Route("192.168.7.0/24", null, "eth0", "10.0.2.15", 253));
        Routes message = NetworkMessages.message(values);
        assertThat(message.getRoutes(0).getDest()).isEmpty();
        assertThat(message.getRoutes(1).getFamily()).isEqualTo(IPFamily.v6);
        assertThat(NetworkMessages.values(message)).isEqualTo(values);
    }

    @Test
    void translatesMeasurements() {
        StatsContainerResponse message =
                StatsContainerResponse.newBuilder()
                        .setCgroupStats(
                                CgroupStats.newBuilder()
                                        .setCpuStats(
                                                CpuStats.newBuilder()
                                                        .setCpuUsage(
                                                                CpuUsage.newBuilder()
                                                                        .setTotalUsage(3_000_000)
                                                                        .setUsageInUsermode(
                                                                                2_000_000)
                                                                        .setUsageInKernelmode(
                                                                                1_000_000))
                                                        .setThrottlingData(
                                                                ThrottlingData.newBuilder()
                                                                        .setThrottledTime(5)))
                                        .setMemoryStats(
                                                MemoryStats.newBuilder()
                                                        .putStats("oom_kill", 2)
                                                        .setUsage(
                                                                MemoryData.newBuilder()
                                                                        .setUsage(4096)
                                                                        .setMaxUsage(8192)
                                                                        .setLimit(-1)))
                                        .setPidsStats(
                                                PidsStats.newBuilder().setCurrent(3).setLimit(64)))
                        .build();
        assertThat(Measurements.stats("web", message))
                .isEqualTo(
                        new ContainerStats(
                                "web",
                                Duration.ofMillis(3),
                                Duration.ofMillis(2),
                                Duration.ofMillis(1),
                                Duration.ofNanos(5),
                                4096,
                                8192,
                                -1,
                                2,
                                3,
                                64));
    }

    @Test
    void takesATableOfProcessesApart() {
        assertThat(
                        Measurements.processes(
                                "web",
                                "PID USER   COMMAND\n  1 root   sh -c 'sleep 9'\n 12 www nginx\n"))
                .isEqualTo(
                        new ProcessList(
                                List.of("PID", "USER", "COMMAND"),
                                List.of(
                                        List.of("1", "root", "sh -c 'sleep 9'"),
                                        List.of("12", "www", "nginx"))));
    }
}
