package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.hypervisor.qemu.QemuConfig.Accel;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QemuConfigTest {
    private record Settings(
            String binary,
            String accel,
            String runtime_directory,
            int start_timeout_seconds,
            int unplug_timeout_seconds)
            implements QemuSettings {
        @Override
        public Class<? extends Annotation> annotationType() {
            return QemuSettings.class;
        }
    }

    private static QemuConfig parse(
            String binary, String accel, String directory, int start, int unplug) {
        return QemuConfig.of(
                new Settings(binary, accel, directory, start, unplug),
                Set.of("binary", "service.pid", "felix.fileinstall.filename"));
    }

    private static void refused(String message, Runnable parse) {
        assertThatThrownBy(parse::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("io.sunaba.hypervisor.qemu: " + message);
    }

    @Test
    void readsEveryValue() {
        assertThat(parse("/opt/qemu", "kvm", "/run/sunaba/../qemu", 5, 600))
                .isEqualTo(
                        new QemuConfig(
                                "/opt/qemu",
                                Accel.KVM,
                                Path.of("/run/qemu"),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(600)));
    }

    @Test
    void namesKeyValueAndRule() {
        refused(
                "accel is 'hvf' but must be auto, kvm or tcg",
                () -> parse("qemu", "hvf", "/run", 1, 1));
        refused(
                "binary is ' ' but must be a path or a name",
                () -> parse(" ", "kvm", "/run", 1, 1));
        String rule = "but must be an absolute path of at most 60 bytes";
        refused("runtime.directory is '' " + rule, () -> parse("qemu", "kvm", "", 1, 1));
        refused("runtime.directory is 'run' " + rule, () -> parse("qemu", "kvm", "run", 1, 1));
        String tooLong = "/" + "x".repeat(60);
        refused(
                "runtime.directory is '" + tooLong + "' " + rule,
                () -> parse("qemu", "kvm", tooLong, 1, 1));
        refused(
                "start.timeout.seconds is '0' but must be 1 to 600",
                () -> parse("qemu", "kvm", "/run", 0, 1));
        refused(
                "unplug.timeout.seconds is '601' but must be 1 to 600",
                () -> parse("qemu", "kvm", "/run", 1, 601));
    }

    @Test
    void namesAKeyThatIsNone() {
        refused(
                "acel is no key; there are [binary, accel, runtime.directory,"
                        + " start.timeout.seconds, unplug.timeout.seconds]",
                () -> QemuConfig.of(new Settings("qemu", "kvm", "/run", 1, 1), Set.of("acel")));
    }
}
