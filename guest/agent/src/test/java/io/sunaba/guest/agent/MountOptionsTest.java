package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MountOptionsTest {
    @Test
    void flagsAndDataAreToldApart() {
        assertThat(MountOptions.parse(List.of("ro", "nosuid", "size=64k", "mode=755")))
                .isEqualTo(
                        new MountOptions(
                                SystemCalls.MS_RDONLY | SystemCalls.MS_NOSUID,
                                "size=64k,mode=755"));
    }

    @Test
    void aLaterOptionWins() {
        assertThat(MountOptions.parse(List.of("ro", "noexec", "rw", "defaults", "")))
                .isEqualTo(new MountOptions(SystemCalls.MS_NOEXEC, ""));
    }
}
