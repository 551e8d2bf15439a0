package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final long MEBIBYTE = 1024 * 1024;

    private static List<String> build(long maximumMemory, Path directory) {
        return build(maximumMemory, directory, null);
    }

    private static List<String> build(long maximumMemory, Path directory, @Nullable Path memory) {
        return build(Acceleration.TCG, maximumMemory, directory, memory);
    }

    private static List<String> build(
            Acceleration acceleration, long maximumMemory, Path directory, @Nullable Path memory) {
        GuestImage guest =
                new GuestImage(
                        Path.of("/image/kernel"),
                        Path.of("/image/initrd"),
                        Path.of("/image/root,\"1\".erofs"),
                        "quiet",
                        "hash");
        HypervisorConfig config =
                new HypervisorConfig(
                        "qemu",
                        "owner",
                        guest,
                        1,
                        4,
                        256 * MEBIBYTE,
                        maximumMemory,
                        false,
                        Duration.ofSeconds(30));
        return CommandLine.of(
                new MachineSpec(ID, config), QemuFiles.of(directory, ID), acceleration, memory);
    }

    @Test
    void describesTheWholeMachine() {
        String directory = "/run/" + ID;
        List<String> line = build(1024 * MEBIBYTE, Path.of("/run"));
        assertThat(line)
                .containsExactly(
                        "-name",
                        "guest=sunaba-" + ID,
                        "-S",
                        "-no-reboot",
                        "-nodefaults",
                        "-no-user-config",
                        "-display",
                        "none",
                        "-sandbox",
                        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                        "-machine",
                        "q35,memory-backend=memory",
                        "-accel",
                        "tcg,thread=multi",
                        "-cpu",
                        "max",
                        "-smp",
                        "1,sockets=4,cores=1,threads=1,maxcpus=4",
                        "-m",
                        "268435456B,maxmem=1073741824B",
                        "-object",
                        "memory-backend-memfd,id=memory,size=268435456B,share=on",
                        "-kernel",
                        "/image/kernel",
                        "-initrd",
                        "/image/initrd",
                        "-append",
                        "quiet console=ttyS0 reboot=k panic=-1 swiotlb=noforce norandmaps",
                        "-chardev",
                        "socket,id=qmp,server=on,wait=off,path=" + directory + "/qmp.sock",
                        "-mon",
                        "chardev=qmp,mode=control",
                        "-chardev",
                        "socket,id=files,server=on,wait=off,path=" + directory + "/files.sock",
                        "-mon",
                        "chardev=files,mode=control",
                        "-chardev",
                        "socket,id=console,server=on,wait=off,path=" + directory + "/console.sock",
                        "-serial",
                        "chardev:console",
                        "-chardev",
                        "socket,id=agent,server=on,wait=off,path=" + directory + "/agent.sock",
                        "-blockdev",
                        "{\"driver\":\"raw\",\"node-name\":\"root\",\"read-only\":true,\"file\":"
                                + "{\"driver\":\"file\",\"filename\":"
                                + "\"/image/root,\\\"1\\\".erofs\",\"read-only\":true}}",
                        "-device",
                        "virtio-blk-pci,id=root,drive=root,bus=pcie.0,addr=2,disable-legacy=on",
                        "-device",
                        "virtio-serial-pci,id=serial,bus=pcie.0,addr=3,disable-legacy=on",
                        "-device",
                        "virtserialport,bus=serial.0,chardev=agent,name=agent.channel.0",
                        "-device",
                        "pvpanic-pci,bus=pcie.0,addr=4",
                        "-device",
                        "pci-bridge,id=bridge,bus=pcie.0,addr=8,chassis_nr=1",
                        "-object",
                        "memory-backend-memfd,id=room,size=805306368B,share=on,reserve=off",
                        "-device",
                        "virtio-mem-pci,id=room,memdev=room,requested-size=0,bus=pcie.0,addr=5,disable-legacy=on",
                        "-chardev",
                        "socket,id=ready,path=" + directory + "/ready.sock");
    }

    @Test
    void memoryThatCannotGrowNeedsNoRoom() {
        for (long room : new long[] {0, 127}) {
            assertThat(build((256 + room) * MEBIBYTE, Path.of("/run")))
                    .containsSubsequence("-m", "268435456B", "-object")
                    .noneMatch(argument -> argument.contains("virtio-mem"));
        }
    }

    @Test
    void commasInPathsAreNoSeparators() {
        assertThat(build(256 * MEBIBYTE, Path.of("/a,b")))
                .contains(
                        "socket,id=qmp,server=on,wait=off,path=/a,,b/" + ID + "/qmp.sock",
                        "socket,id=console,server=on,wait=off,path=/a,,b/" + ID + "/console.sock");
    }

    @Test
    void programsAreAtFixedAddressesOnlyWhereTheyAreTranslated() {
        assertThat(build(Acceleration.TCG, 256 * MEBIBYTE, Path.of("/run"), null))
                .filteredOn(argument -> argument.startsWith("quiet "))
                .singleElement()
                .asString()
                .endsWith(" norandmaps");
        assertThat(build(Acceleration.KVM, 256 * MEBIBYTE, Path.of("/run"), null))
                .filteredOn(argument -> argument.startsWith("quiet "))
                .singleElement()
                .asString()
                .doesNotContain("norandmaps");
    }

    @Test
    void mapsSavedMemoryPrivatelyAndWaitsForTheState() {
        List<String> line = build(256 * MEBIBYTE, Path.of("/run"), Path.of("/saved, 1/memory"));
        assertThat(line)
                .contains(
                        "memory-backend-file,id=memory,size=268435456B,share=off,mem-path=/saved,, 1/memory")
                .containsSequence("-incoming", "defer");
    }
}
