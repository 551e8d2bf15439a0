package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccelerationTest {
    @TempDir private Path directory;

    @Test
    void lookingForADeviceDoesNotMakeIt() throws Exception {
        Path device = directory.resolve("kvm");
        assertThat(Acceleration.opens(device)).isFalse();
        assertThat(device).doesNotExist();
        Files.createFile(device);
        assertThat(Acceleration.opens(device)).isTrue();
    }
}
