package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.guest.protocol.Linux;
import io.sunaba.guest.protocol.LinuxCPU;
import io.sunaba.guest.protocol.LinuxCapabilities;
import io.sunaba.guest.protocol.LinuxDeviceCgroup;
import io.sunaba.guest.protocol.LinuxMemory;
import io.sunaba.guest.protocol.LinuxNamespace;
import io.sunaba.guest.protocol.LinuxPids;
import io.sunaba.guest.protocol.LinuxResources;
import io.sunaba.guest.protocol.LinuxSeccomp;
import io.sunaba.guest.protocol.LinuxSyscall;
import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.POSIXRlimit;
import io.sunaba.guest.protocol.Process;
import io.sunaba.guest.protocol.Root;
import io.sunaba.guest.protocol.Spec;
import io.sunaba.guest.protocol.User;
import org.junit.jupiter.api.Test;

class OciConfigTest {
    @Test
    void aSmallSpecBecomesItsJson() {
        Spec spec =
                Spec.newBuilder()
                        .setProcess(
                                Process.newBuilder()
                                        .addArgs("/bin/echo")
                                        .addArgs("a \"b\"\n\\")
                                        .addEnv("PATH=/bin")
                                        .setUser(User.newBuilder().setUID(7).addAdditionalGids(9)))
                        .setRoot(Root.newBuilder().setPath("/rootfs").setReadonly(true))
                        .addMounts(
                                Mount.newBuilder()
                                        .setDestination("/proc")
                                        .setType("proc")
                                        .setSource("proc")
                                        .addOptions("nosuid"))
                        .putAnnotations("k", "v")
                        .setLinux(
                                Linux.newBuilder()
                                        .addNamespaces(LinuxNamespace.newBuilder().setType("pid"))
                                        .addMaskedPaths("/proc/kcore"))
                        .build();

        assertThat(OciConfig.spec(spec, "/c1"))
                .hasToString(
                        "{\"ociVersion\":\"1.0.2\",\"process\":{\"user\":{\"uid\":7,\"gid\":0,"
                                + "\"additionalGids\":[9]},\"args\":[\"/bin/echo\",\"a \\\"b\\\"\\u000a\\\\\"],"
                                + "\"env\":[\"PATH=/bin\"],\"cwd\":\"/\",\"oomScoreAdj\":0},"
                                + "\"root\":{\"path\":\"/rootfs\",\"readonly\":true},"
                                + "\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\","
                                + "\"source\":\"proc\",\"options\":[\"nosuid\"]}],"
                                + "\"annotations\":{\"k\":\"v\"},"
                                + "\"linux\":{\"cgroupsPath\":\"/c1\",\"namespaces\":[{\"type\":\"pid\"}],"
                                + "\"maskedPaths\":[\"/proc/kcore\"]}}");
    }

    @Test
    void unsignedNumbersKeepTheirValue() {
        Process process =
                Process.newBuilder()
                        .setUser(User.newBuilder().setUID(-2))
                        .addRlimits(
                                POSIXRlimit.newBuilder()
                                        .setType("RLIMIT_CORE")
                                        .setHard(-1)
                                        .setSoft(0))
                        .setCapabilities(LinuxCapabilities.newBuilder().addBounding("CAP_KILL"))
                        .build();

        assertThat(OciConfig.process(process).toString())
                .contains("\"uid\":4294967294")
                .contains("{\"type\":\"RLIMIT_CORE\",\"hard\":18446744073709551615,\"soft\":0}")
                .contains("\"capabilities\":{\"bounding\":[\"CAP_KILL\"]}");
    }

    @Test
    void limitsThatAreNotSetAreLeftOut() {
        LinuxResources resources =
                LinuxResources.newBuilder()
                        .setMemory(LinuxMemory.newBuilder().setLimit(64))
                        .setPids(LinuxPids.newBuilder().setLimit(-1))
                        .addDevices(LinuxDeviceCgroup.newBuilder().setAccess("rwm"))
                        .addDevices(
                                LinuxDeviceCgroup.newBuilder()
                                        .setAllow(true)
                                        .setType("c")
                                        .setMajor(1)
                                        .setMinor(3)
                                        .setAccess("r"))
                        .build();

        assertThat(OciResources.resources(resources))
                .hasToString(
                        "{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},"
                                + "{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":\"r\"}],"
                                + "\"memory\":{\"limit\":64},\"pids\":{\"limit\":-1}}");
    }

    @Test
    void anErrnoOfZeroIsNotTheSameAsNone() {
        Linux linux =
                Linux.newBuilder()
                        .setSeccomp(
                                LinuxSeccomp.newBuilder()
                                        .setDefaultAction("SCMP_ACT_ALLOW")
                                        .addSyscalls(
                                                LinuxSyscall.newBuilder()
                                                        .addNames("mkdir")
                                                        .setAction("SCMP_ACT_ERRNO")
                                                        .setErrnoret(0)))
                        .build();

        assertThat(OciConfig.spec(Spec.newBuilder().setLinux(linux).build(), "/c").toString())
                .contains(
                        "\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":0}]");
    }

    @Test
    void aQuotaThatIsNoneIsSaidInTheGroupsOwnWords() {
        assertThat(
                        OciResources.resources(
                                LinuxResources.newBuilder()
                                        .setCPU(
                                                LinuxCPU.newBuilder()
                                                        .setQuota(-1)
                                                        .setPeriod(5000)
                                                        .setShares(7))
                                        .build()))
                .hasToString("{\"cpu\":{\"shares\":7},\"unified\":{\"cpu.max\":\"max 5000\"}}");
        assertThat(
                        OciResources.resources(
                                LinuxResources.newBuilder()
                                        .setCPU(LinuxCPU.newBuilder().setQuota(9).setPeriod(5000))
                                        .build()))
                .hasToString("{\"cpu\":{\"quota\":9,\"period\":5000}}");
    }

    @Test
    void aProcessWithoutCapabilitiesHasNone() {
        assertThat(
                        OciConfig.process(
                                        Process.newBuilder()
                                                .setCapabilities(LinuxCapabilities.newBuilder())
                                                .build())
                                .toString())
                .contains("\"capabilities\":{}");
        assertThat(OciConfig.process(Process.getDefaultInstance()).toString())
                .doesNotContain("capabilities");
    }

    @Test
    void ordersToCrunAreNoNotes() {
        assertThat(
                        OciConfig.spec(
                                        Spec.newBuilder()
                                                .putAnnotations("run.oci.handler", "krun")
                                                .putAnnotations("note", "x")
                                                .build(),
                                        "/c1")
                                .toString())
                .contains("\"annotations\":{\"note\":\"x\"}")
                .doesNotContain("krun");
    }

    @Test
    void aDefaultErrorNumberOfSeccompIsKept() {
        assertThat(
                        OciConfig.spec(
                                        Spec.newBuilder()
                                                .setLinux(
                                                        Linux.newBuilder()
                                                                .setSeccomp(
                                                                        LinuxSeccomp.newBuilder()
                                                                                .setDefaultAction(
                                                                                        "SCMP_ACT_ERRNO")
                                                                                .setDefaultErrnoRet(
                                                                                        38)))
                                                .build(),
                                        "/c1")
                                .toString())
                .contains(
                        "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38}");
    }
}
