package io.sunaba.core.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeStorage;
import io.sunaba.core.network.HostSide;
import io.sunaba.core.network.Link;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Mount;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.Seccomp;
import io.sunaba.sandbox.TerminalSize;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SandboxRecordsTest {
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06.000000007Z");

    private final FakeStorage storage = new FakeStorage();
    private final SandboxRecords records = new SandboxRecords(() -> storage);

    static ContainerRecord container(String id, Rootfs rootfs) {
        ContainerConfig config =
                new ContainerConfig(
                        id,
                        rootfs,
                        true,
                        new ProcessConfig(
                                List.of("sh", "-c", "echo '<\\u00e9>'"),
                                List.of("A=b"),
                                "/",
                                new ProcessConfig.User("nobody:7", List.of(5L)),
                                true,
                                new Capabilities(
                                        List.of("CAP_CHOWN", "CAP_KILL"),
                                        List.of("CAP_CHOWN"),
                                        List.of("CAP_CHOWN"),
                                        List.of("CAP_KILL"),
                                        List.of()),
                                List.of(new ProcessConfig.ResourceLimit("RLIMIT_CORE", -1, 0)),
                                true,
                                -5,
                                new TerminalSize(80, 25)),
                        null,
                        List.of(new Mount("/tmp", "tmpfs", "tmpfs", List.of("size=1m"))),
                        new Resources(2L, -1L, null, "0-1", 1L << 40, null),
                        List.of("/proc/kcore"),
                        List.of(),
                        Map.of("net.a", "1"),
                        new Seccomp(
                                "SCMP_ACT_ERRNO",
                                38,
                                List.of("SCMP_ARCH_X86"),
                                List.of(),
                                List.of(
                                        new Seccomp.Rule(
                                                List.of("clone"),
                                                "SCMP_ACT_ALLOW",
                                                null,
                                                List.of(
                                                        new Seccomp.Argument(
                                                                0, -1, 0, "SCMP_CMP_MASKED_EQ"))))),
                        true,
                        Map.of("k", "v"));
        return new ContainerRecord(
                config,
                ContainerState.STOPPED,
                new ExitStatus(137, NOW),
                NOW,
                NOW,
                Path.of("/data/images/1.erofs"),
                "erofs",
                new ContainerRecord.Disk("root-1", new PciPath("08/00")),
                ContainerRecord.Intent.START);
    }

    static SandboxRecord sandbox(String id, ContainerRecord... containers) {
        SandboxConfig config =
                new SandboxConfig(
                        id,
                        "host",
                        null,
                        "new",
                        2,
                        1L << 30,
                        true,
                        List.of(),
                        List.of(
                                new Interface(
                                        "eth0",
                                        null,
                                        List.of("10.0.0.2/24"),
                                        1500,
                                        new Interface.UserMode(
                                                List.of(
                                                        new InterfaceSpec.PortForward(
                                                                "tcp", "127.0.0.1", 80, 8080))))),
                        List.of(),
                        Map.of("note", "x"));
        return new SandboxRecord(
                RecordFormat.FORMAT,
                id,
                Phase.CREATED,
                SandboxState.RUNNING,
                null,
                config,
                "qemu",
                "new",
                "kata",
                2,
                1L << 30,
                NOW,
                new MachineRecord("0123456789abcdef0123456789abcdef", "sandbox/" + id, "{\"a\":1}"),
                List.of(containers),
                NetworkRecord.NONE,
                List.of());
    }

    private static InterfaceRecord networkInterface(String name, HostSide host) {
        Interface.Network network =
                switch (host) {
                    case HostSide.UserMode user -> new Interface.UserMode(user.forwards());
                    case HostSide.Tap tap -> new Interface.Tap(tap.name(), tap.bridge());
                    case HostSide.Namespace namespace ->
                            new Interface.Namespace(namespace.file(), namespace.device());
                };
        return new InterfaceRecord(
                new Interface(name, "02:00:00:00:00:01", List.of(), null, network),
                "net-" + name,
                new Link(
                        "02:00:00:00:00:01",
                        1500,
                        List.of("10.0.2.15/24"),
                        List.of(new Route("default", "10.0.2.2", name, null, 0)),
                        List.of("10.0.2.3"),
                        host),
                InterfaceRecord.Intent.ADD);
    }

    @Test
    void networkComesBackAsItWasSaved() throws InterruptedException {
        NetworkRecord network =
                NetworkRecord.NONE
                        .with(
                                networkInterface(
                                        "eth0", new HostSide.UserMode("10.0.2.0/24", List.of())))
                        .with(
                                networkInterface(
                                        "eth1", new HostSide.Tap("tap0", "br0", true, "snb1")))
                        .with(
                                networkInterface(
                                        "eth2",
                                        new HostSide.Namespace(
                                                Path.of("/run/netns/a"), "veth0", "snb2")))
                        .routed(List.of(new Route("10.1.0.0/16", null, "eth1", "10.1.0.1", 253)));
        SandboxRecord record = sandbox("web").on(network);
        records.save(record);
        assertThat(records.load("web")).isEqualTo(record);
        assertThat(records.load("web").network().interfaces()).hasSize(3);
    }

    @Test
    void recordWithoutNetworkHasNone() throws InterruptedException {
        records.save(sandbox("web"));
        String text = new String(storage.records.get("sandbox/web"), UTF_8);
        String older = text.replace(",\"network\":{\"interfaces\":[],\"routing\":false}", "");
        assertThat(older).isNotEqualTo(text);
        storage.save("sandbox/web", older.getBytes(UTF_8));
        assertThat(records.load("web")).isEqualTo(sandbox("web"));
    }

    private static DeviceRecord device(DeviceInfo info) {
        return new DeviceRecord(info, "dev-1", new PciPath("08/01"), DeviceRecord.Intent.REMOVE);
    }

    @Test
    void devicesComeBackAsTheyWereSaved() throws InterruptedException {
        SandboxRecord record =
                sandbox("web")
                        .with(
                                device(
                                        new DeviceInfo.Block(
                                                "data",
                                                "a",
                                                "/data",
                                                Path.of("/x.qcow2"),
                                                DiskSpec.Format.QCOW2,
                                                true,
                                                DiskSpec.Cache.UNSAFE,
                                                "s-1",
                                                "ext4")))
                        .with(
                                device(
                                        new DeviceInfo.Share(
                                                "src", null, null, Path.of("/src"), false)));
        records.save(record);
        assertThat(records.load("web")).isEqualTo(record);
        assertThat(record.devices()).hasSize(2);
        assertThat(record.unsettled()).isTrue();
    }

    @Test
    void devicesOfAContainerThatGoesAreNobodys() {
        SandboxRecord record =
                sandbox("web", container("a", new Rootfs.Packed(Path.of("/r"))))
                        .with(
                                device(
                                        new DeviceInfo.Share(
                                                "src", "a", "/src", Path.of("/src"), true)));
        assertThat(record.without("b")).isEqualTo(record);
        assertThat(record.without("a").device("src"))
                .map(DeviceRecord::info)
                .contains(new DeviceInfo.Share("src", null, null, Path.of("/src"), true));
    }

    @Test
    void whatWasBegunWithDevicesIsDecidedByTheEndOfTheMachine() {
        DeviceRecord whole =
                device(new DeviceInfo.Share("whole", null, null, Path.of("/a"), true))
                        .intending(null);
        SandboxRecord record =
                sandbox("web")
                        .with(whole)
                        .with(device(new DeviceInfo.Share("half", null, null, Path.of("/b"), true)))
                        .stopped(null);
        assertThat(record.devices()).containsExactly(whole.at(null));
    }

    @Test
    void recordComesBackAsItWasSaved() throws InterruptedException {
        SandboxRecord record =
                sandbox(
                        "web",
                        container("a", new Rootfs.Packed(Path.of("/root fs"))),
                        container("b", new Rootfs.Image(Path.of("/x.img"), "ext4")),
                        container("c", new Rootfs.Shared(Path.of("/shared"))));
        records.save(record);
        assertThat(records.load("web")).isEqualTo(record);
        assertThat(storage.records).containsOnlyKeys("sandbox/web");
        assertThat(new String(storage.records.get("sandbox/web"), UTF_8))
                .startsWith("{\"format\":1,\"id\":\"web\"");
    }

    @Test
    void laterFormatIsRefusedByName() {
        storage.save("sandbox/web", "{\"format\":2,\"id\":{}}".getBytes(UTF_8));
        assertThatThrownBy(() -> records.load("web"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("sandbox/web", "format 2", "reads format 1");
    }

    @Test
    void membersThatCameLaterMayBeMissing() throws InterruptedException {
        records.save(sandbox("web", container("a", new Rootfs.Packed(Path.of("/root")))));
        String text = new String(storage.records.get("sandbox/web"), UTF_8);
        String older =
                text.replaceAll(",\"(seccomp|capabilities)\":\\{.*?\\}(?=,\"[rb])", "")
                        .replace(",\"bare\":true", "")
                        .replace(",\"oomScoreAdjustment\":-5", "");
        assertThat(older).doesNotContain("seccomp", "capabilities", "bare", "oomScore");
        storage.save("sandbox/web", older.getBytes(UTF_8));
        ContainerConfig read = records.load("web").container("a").orElseThrow().config();
        assertThat(read.bare()).isFalse();
        assertThat(read.seccomp()).isNull();
        assertThat(read.process().capabilities()).isNull();
        assertThat(read.process().oomScoreAdjustment()).isZero();
    }

    @Test
    void unknownMembersAreIgnored() throws InterruptedException {
        records.save(sandbox("web"));
        String text = new String(storage.records.get("sandbox/web"), UTF_8);
        storage.save("sandbox/web", text.replaceFirst(",", ",\"later\":[1],").getBytes(UTF_8));
        assertThat(records.load("web")).isEqualTo(sandbox("web"));
    }

    @Test
    void recordOfAnotherSandboxIsDamaged() throws InterruptedException {
        records.save(sandbox("web"));
        storage.save("sandbox/other", storage.load("sandbox/web"));
        assertThatThrownBy(() -> records.load("other"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("sandbox/other", "damaged", "'web'");
    }

    @Test
    void damagedRecordIsNamed() {
        for (String text : new String[] {"", "{", "[]", "{\"format\":1}", "{\"id\":\"web\"}"}) {
            storage.save("sandbox/web", text.getBytes(UTF_8));
            assertThatThrownBy(() -> records.load("web"))
                    .as(text)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContainingAll("sandbox/web", "damaged");
        }
    }

    @Test
    void indexFollowsAdditionsAndRemovalsAndSurvives() throws InterruptedException {
        assertThat(records.loadIndex()).isEmpty();
        records.addToIndex("a");
        records.addToIndex("b");
        records.addToIndex("a");
        records.removeFromIndex("a");
        records.addToIndex("c");
        assertThat(new SandboxRecords(() -> storage).loadIndex()).containsExactly("b", "c");
    }

    @Test
    void indexThatCouldNotBeSavedIsAsBefore() throws InterruptedException {
        records.addToIndex("a");
        for (int write = 1; write <= 2; write++) {
            storage.failWrite(write);
            assertThatThrownBy(() -> records.addToIndex("b"))
                    .isInstanceOf(UnavailableException.class);
        }
        records.addToIndex("c");
        assertThat(new SandboxRecords(() -> storage).loadIndex()).containsExactly("a", "c");
    }

    @Test
    void closedRecordsRefuseChanges() {
        records.close();
        assertThatThrownBy(() -> records.save(sandbox("web")))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> records.addToIndex("web"))
                .isInstanceOf(UnavailableException.class);
        assertThat(storage.records).isEmpty();
    }

    @Test
    void recordThatIsTooLargeIsRejected() {
        ContainerConfig config =
                new ContainerConfig(
                        "big",
                        new Rootfs.Packed(Path.of("/")),
                        new ProcessConfig(List.of("x".repeat(1 << 20))));
        ContainerRecord big =
                new ContainerRecord(
                        config,
                        ContainerState.READY,
                        null,
                        NOW,
                        null,
                        Path.of("/i"),
                        "erofs",
                        null,
                        null);
        assertThatThrownBy(() -> records.save(sandbox("web", big)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("sandbox/web");
    }
}
