package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VmmLogTest {
    @TempDir private Path directory;

    @Test
    void tellsFailuresFromErrorsThatItLivesOnWith() throws Exception {
        assertThat(fails("<vcpu0> ERROR:vmm/src/cpu.rs:1460 -- VCPU generated error: VcpuRun(E)"))
                .isTrue();
        assertThat(fails("<vcpu1> ERROR:vmm/src/cpu.rs:1478 -- vCPU thread panicked")).isTrue();
        assertThat(
                        fails(
                                "<_disk0> ERROR:virtio-devices/src/thread_helper.rs:53 -- _disk0 thread panicked"))
                .isTrue();
        assertThat(
                        fails(
                                "<vmm> ERROR:vmm/src/lib.rs:2750 -- Error when adding new disk to the VM: E"))
                .isFalse();
        assertThat(
                        fails(
                                "<vcpu0> ERROR:vmm/src/device_manager.rs:6087 -- Failed ejecting device 8: E"))
                .isFalse();
        assertThat(fails("<vmm> WARN:vmm/src/lib.rs:1 -- a thread panicked, they say")).isFalse();
        assertThat(VmmLog.tellsOfFailure(directory.resolve("none"))).isFalse();
    }

    private boolean fails(String line) throws Exception {
        Path log = directory.resolve("vmm.log");
        Files.writeString(log, "cloud-hypervisor: 12.345678s: " + line + "\nand more\n");
        return VmmLog.tellsOfFailure(log);
    }
}
