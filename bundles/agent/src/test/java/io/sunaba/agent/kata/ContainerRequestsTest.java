package io.sunaba.agent.kata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.agent.GuestContainer;
import io.sunaba.error.RejectedException;
import io.sunaba.guest.protocol.CreateContainerRequest;
import io.sunaba.guest.protocol.ExecProcessRequest;
import io.sunaba.guest.protocol.LinuxCapabilities;
import io.sunaba.guest.protocol.LinuxNamespace;
import io.sunaba.guest.protocol.LinuxResources;
import io.sunaba.guest.protocol.LinuxSeccomp;
import io.sunaba.guest.protocol.LinuxSeccompArg;
import io.sunaba.guest.protocol.LinuxSyscall;
import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.Process;
import io.sunaba.guest.protocol.Spec;
import io.sunaba.guest.protocol.Storage;
import io.sunaba.guest.protocol.StringUser;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Seccomp;
import io.sunaba.sandbox.TerminalSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerRequestsTest {
    private static final GuestContainer.Root DISK =
            new GuestContainer.Disk(new PciPath("08/00"), "erofs");
    private static final Rootfs ROOTFS = new Rootfs.Packed(Path.of("/rootfs"));

    private static final ContainerConfig PLAIN =
            new ContainerConfig("web", ROOTFS, new ProcessConfig(List.of("/bin/sh", "-c", "true")));

    private static final Seccomp SECCOMP =
            new Seccomp(
                    "SCMP_ACT_ERRNO",
                    38,
                    List.of("SCMP_ARCH_X86"),
                    List.of("SECCOMP_FILTER_FLAG_LOG"),
                    List.of(
                            new Seccomp.Rule(
                                    List.of("clone"),
                                    "SCMP_ACT_ERRNO",
                                    1,
                                    List.of(new Seccomp.Argument(1, 2, 3, "SCMP_CMP_MASKED_EQ")))));

    private static CreateContainerRequest request(ContainerConfig config) {
        return ContainerRequests.create(new GuestContainer(config, DISK, true), true);
    }

    @Test
    void laysAWritableLayerOverTheDisk() {
        CreateContainerRequest request = request(PLAIN);
        assertThat(request.getContainerId()).isEqualTo("web");
        assertThat(request.getExecId()).isEqualTo("web");
        assertThat(request.getSandboxPidns()).isTrue();
        assertThat(request.getStoragesList())
                .containsExactly(
                        Storage.newBuilder()
                                .setDriver("blk")
                                .setSource("08/00")
                                .setFstype("erofs")
                                .addOptions("ro")
                                .setMountPoint("/run/kata-containers/web/lower")
                                .build(),
                        Storage.newBuilder()
                                .setDriver("overlayfs")
                                .setSource("overlay")
                                .setFstype("overlay")
                                .addOptions("lowerdir=/run/kata-containers/web/lower")
                                .addOptions("upperdir=/run/kata-containers/web/upper")
                                .addOptions("workdir=/run/kata-containers/web/work")
                                .setMountPoint("/run/kata-containers/web/rootfs")
                                .build());
        assertThat(request.getOCI().getRoot().getPath())
                .isEqualTo("/run/kata-containers/web/rootfs");
    }

    @Test
    void refusesASharedRoot() {
        assertThatThrownBy(() ->
                        ContainerRequests.create(
                                new GuestContainer(PLAIN, new GuestContainer.Share("tag0"), false),
                                true))
                .isInstanceOf(RejectedException.class)
                .hasMessage("container web: root on share \"tag0\": must be on a disk");
    }

    @Test
    void givesAPlainContainerTheUsual() {
        Spec spec = request(PLAIN).getOCI();
        assertThat(spec.getHostname()).isEmpty();
        assertThat(spec.getRoot().getReadonly()).isFalse();
        assertThat(spec.getMountsList())
                .extracting(Mount::getDestination)
                .containsExactly(
                        "/proc",
                        "/dev",
                        "/dev/pts",
                        "/dev/shm",
                        "/dev/mqueue",
                        "/sys",
                        "/sys/fs/cgroup",
                        "/etc/resolv.conf",
                        "/etc/hosts",
                        "/etc/hostname");
        assertThat(spec.getMounts(7))
                .isEqualTo(
                        Mount.newBuilder()
                                .setDestination("/etc/resolv.conf")
                                .setType("bind")
                                .setSource("/run/network/resolv.conf")
                                .addAllOptions(List.of("bind", "ro", "nosuid", "nodev", "noexec"))
                                .build());
        assertThat(spec.getLinux().getNamespacesList())
                .extracting(LinuxNamespace::getType)
                .containsExactlyInAnyOrder("mount", "pid", "cgroup");
        assertThat(spec.getLinux().getCgroupsPath()).isEqualTo("/sunaba/web");
        assertThat(spec.getLinux().getMaskedPathsList()).contains("/proc/kcore", "/sys/firmware");
        assertThat(spec.getLinux().getReadonlyPathsList()).contains("/proc/sys");
        assertThat(spec.getLinux().getResources().hasMemory()).isFalse();
        assertThat(spec.getLinux().getResources().hasCPU()).isFalse();
        assertThat(spec.getLinux().getResources().hasPids()).isFalse();
        assertThat(spec.getLinux().getResources().getDevices(0).getAllow()).isFalse();

        Process process = spec.getProcess();
        assertThat(process.getArgsList()).containsExactly("/bin/sh", "-c", "true");
        assertThat(process.getEnvList())
                .containsExactly(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        assertThat(process.getCwd()).isEqualTo("/");
        assertThat(process.getUser().getUID()).isZero();
        assertThat(process.getCapabilities().getBoundingList()).hasSize(14);
        assertThat(process.getCapabilities().getEffectiveList())
                .isEqualTo(process.getCapabilities().getPermittedList());
        assertThat(process.getCapabilities().getAmbientList()).isEmpty();
    }

    @Test
    void leavesTheFilesAboutTheNetworkToWhoBringsThem() {
        assertThat(destinations(plainWith("/etc/hosts"), true))
                .endsWith("/etc/resolv.conf", "/etc/hosts", "/etc/hostname");
        assertThat(destinations(plainWith("/etc/"), true)).endsWith("/sys/fs/cgroup", "/etc/");
        assertThat(destinations(PLAIN, false))
                .as("another agent has no such files")
                .endsWith("/sys/fs/cgroup");
    }

    private static List<String> destinations(ContainerConfig config, boolean ours) {
        return ContainerRequests.create(new GuestContainer(config, DISK, true), ours)
                .getOCI()
                .getMountsList()
                .stream()
                .map(Mount::getDestination)
                .toList();
    }

    private static ContainerConfig plainWith(String destination) {
        return new ContainerConfig(
                PLAIN.id(),
                PLAIN.rootfs(),
                false,
                PLAIN.process(),
                null,
                List.of(
                        new io.sunaba.sandbox.Mount(
                                destination, "bind", "/somewhere", List.of("bind"))),
                PLAIN.resources(),
                List.of(),
                List.of(),
                Map.of(),
                null,
                false,
                Map.of());
    }

    @Test
    void givesAContainerWhatItAsksFor() {
        ProcessConfig process =
                new ProcessConfig(
                        List.of("id"),
                        List.of("PATH=/opt", "A=b"),
                        "/srv",
                        new ProcessConfig.User("1000:50", List.of(7L, 4_000_000_000L)),
                        true,
                        new Capabilities(
                                List.of("CAP_KILL", "CAP_CHOWN"),
                                List.of("CAP_KILL"),
                                List.of(),
                                List.of("CAP_CHOWN"),
                                List.of("CAP_FOWNER")),
                        List.of(new ProcessConfig.ResourceLimit("RLIMIT_NOFILE", 64, 32)),
                        true,
                        -7,
                        new TerminalSize(80, 25));
        var tmp = new io.sunaba.sandbox.Mount("/tmp", "tmpfs", "tmpfs", List.of("size=1m"));
        var shm = new io.sunaba.sandbox.Mount("/dev/shm", "tmpfs", "shm", List.of("size=9m"));
        Spec spec =
                request(
                                new ContainerConfig(
                                        "web",
                                        ROOTFS,
                                        true,
                                        process,
                                        "blue",
                                        List.of(shm, tmp),
                                        new Resources(512L, -1L, 100_000L, "0-1", 1L << 27, 99L),
                                        List.of("/secret"),
                                        List.of("/fixed"),
                                        Map.of("net.ipv4.ip_forward", "1"),
                                        SECCOMP,
                                        false,
                                        Map.of("note", "x")))
                        .getOCI();
        assertThat(spec.getHostname()).isEqualTo("blue");
        assertThat(spec.getRoot().getReadonly()).isTrue();
        assertThat(spec.getAnnotationsMap()).containsEntry("note", "x");
        assertThat(spec.getMountsList()).hasSize(11);
        assertThat(spec.getMounts(3).getDestination()).isEqualTo("/dev/shm");
        assertThat(spec.getMounts(3).getOptionsList()).containsExactly("size=9m");
        assertThat(spec.getMounts(10).getDestination()).isEqualTo("/tmp");
        assertThat(spec.getLinux().getNamespacesList())
                .extracting(LinuxNamespace::getType)
                .contains("uts");
        assertThat(spec.getLinux().getMaskedPathsList()).containsExactly("/secret");
        assertThat(spec.getLinux().getReadonlyPathsList()).containsExactly("/fixed");
        assertThat(spec.getLinux().getSysctlMap()).containsEntry("net.ipv4.ip_forward", "1");

        assertThat(spec.getLinux().getSeccomp())
                .isEqualTo(
                        LinuxSeccomp.newBuilder()
                                .setDefaultAction("SCMP_ACT_ERRNO")
                                .setDefaultErrnoRet(38)
                                .addArchitectures("SCMP_ARCH_X86")
                                .addFlags("SECCOMP_FILTER_FLAG_LOG")
                                .addSyscalls(
                                        LinuxSyscall.newBuilder()
                                                .addNames("clone")
                                                .setAction("SCMP_ACT_ERRNO")
                                                .setErrnoret(1)
                                                .addArgs(
                                                        LinuxSeccompArg.newBuilder()
                                                                .setIndex(1)
                                                                .setValue(2)
                                                                .setValueTwo(3)
                                                                .setOp("SCMP_CMP_MASKED_EQ")))
                                .build());

        LinuxResources resources = spec.getLinux().getResources();
        assertThat(resources.getCPU().getShares()).isEqualTo(512);
        assertThat(resources.getCPU().getQuota()).isEqualTo(-1);
        assertThat(resources.getCPU().getPeriod()).isEqualTo(100_000);
        assertThat(resources.getCPU().getCpus()).isEqualTo("0-1");
        assertThat(resources.getMemory().getLimit()).isEqualTo(1L << 27);
        assertThat(resources.getPids().getLimit()).isEqualTo(99);

        Process built = spec.getProcess();
        assertThat(built.getEnvList()).containsExactly("TERM=xterm", "PATH=/opt", "A=b");
        assertThat(built.getTerminal()).isTrue();
        assertThat(built.getConsoleSize().getWidth()).isEqualTo(80);
        assertThat(built.getConsoleSize().getHeight()).isEqualTo(25);
        assertThat(built.getNoNewPrivileges()).isTrue();
        assertThat(built.getUser().getUID()).isEqualTo(1000);
        assertThat(built.getUser().getGID()).isEqualTo(50);
        assertThat(built.getUser().getAdditionalGids(1)).isEqualTo((int) 4_000_000_000L);
        assertThat(built.getCapabilities())
                .isEqualTo(
                        LinuxCapabilities.newBuilder()
                                .addAllBounding(List.of("CAP_KILL", "CAP_CHOWN"))
                                .addEffective("CAP_KILL")
                                .addInheritable("CAP_CHOWN")
                                .addAmbient("CAP_FOWNER")
                                .build());
        assertThat(built.getOOMScoreAdj()).isEqualTo(-7);
        assertThat(built.getRlimits(0).getType()).isEqualTo("RLIMIT_NOFILE");
        assertThat(built.getRlimits(0).getHard()).isEqualTo(64);
        assertThat(built.getRlimits(0).getSoft()).isEqualTo(32);
    }

    private static ContainerConfig bare(Seccomp seccomp, io.sunaba.sandbox.Mount... mounts) {
        return new ContainerConfig(
                "web",
                ROOTFS,
                false,
                new ProcessConfig(List.of("id")),
                null,
                List.of(mounts),
                Resources.UNCHANGED,
                List.of(),
                List.of(),
                Map.of(),
                seccomp,
                true,
                Map.of());
    }

    @Test
    void addsNothingToABareContainer() {
        var tmp = new io.sunaba.sandbox.Mount("/tmp", "tmpfs", "tmpfs", List.of());
        Spec spec = request(bare(SECCOMP, tmp)).getOCI();
        assertThat(spec.getMountsList()).extracting(Mount::getDestination).containsExactly("/tmp");
        assertThat(spec.getLinux().getMaskedPathsList()).isEmpty();
        assertThat(spec.getLinux().getReadonlyPathsList()).isEmpty();
    }

    @Test
    void refusesWhatAnotherAgentWouldDrop() {
        assertThatThrownBy(() ->
                        ContainerRequests.create(
                                new GuestContainer(bare(SECCOMP), DISK, false), false))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "container web: seccomp with a default error number is not supported by this"
                                + " agent");
    }

    private static ExecProcessRequest exec(String user, boolean resolvesNames) {
        ProcessConfig process =
                new ProcessConfig(
                        List.of("id"),
                        List.of(),
                        "/",
                        new ProcessConfig.User(user, List.of()),
                        false,
                        null,
                        List.of(),
                        false,
                        0);
        return ContainerRequests.exec("web", "id", process, resolvesNames);
    }

    @Test
    void leavesNamesToAnAgentThatLooksThemUp() {
        assertThat(exec("www:mail", true).getStringUser())
                .isEqualTo(StringUser.newBuilder().setUid("www").setGid("mail").build());
        assertThat(exec("33", true).getStringUser())
                .isEqualTo(StringUser.newBuilder().setUid("33").build());
        assertThat(exec("33:33", true).hasStringUser()).isFalse();
        assertThat(exec("33", false).hasStringUser()).isFalse();
        assertThat(exec("33", false).getProcess().getUser().getUID()).isEqualTo(33);
        assertThatThrownBy(() -> exec("www", false))
                .isInstanceOf(RejectedException.class)
                .hasMessage("user \"www\" must be uid:gid: this agent looks up no names");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "a:", "a:b:c", "4294967295:0", "0:4294967295"})
    void refusesWhatIsNoUser(String user) {
        assertThatThrownBy(() -> exec(user, true))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("user \"" + user + "\"");
    }

    @Test
    void refusesAProcessWithoutAProgram() {
        assertThatThrownBy(() -> OciProcess.of(new ProcessConfig(List.of())))
                .isInstanceOf(RejectedException.class)
                .hasMessage("arguments of a process are empty: name a program");
    }
}
