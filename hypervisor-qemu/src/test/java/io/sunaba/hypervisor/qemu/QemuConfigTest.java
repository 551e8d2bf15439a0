package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.qemu.QemuConfig.Accel;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QemuConfigTest {
    private record Settings(
            String binary,
            String virtiofsd,
            String accel,
            String runtime_directory,
            String start_timeout,
            String unplug_timeout)
            implements QemuSettings {
        @Override
        public Class<? extends Annotation> annotationType() {
            return QemuSettings.class;
        }
    }

    private static QemuConfig parse(
            String binary, String accel, String directory, String start, String unplug) {
        return QemuConfig.of(
                new Settings(binary, " /opt/virtiofsd", accel, directory, start, unplug),
                Set.of("binary", "service.pid", "felix.fileinstall.filename"));
    }

    private static void refused(String message, Runnable parse) {
        assertThatThrownBy(parse::run)
                .isInstanceOf(RejectedException.class)
                .hasMessage("io.sunaba.hypervisor.qemu: " + message);
    }

    @Test
    void readsEveryValue() {
        assertThat(parse("/opt/qemu", "kvm", "/run/sunaba/../qemu", "5s", "20m"))
                .isEqualTo(
                        new QemuConfig(
                                "/opt/qemu",
                                "/opt/virtiofsd",
                                Accel.KVM,
                                Path.of("/run/qemu"),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(20)));
    }

    @Test
    void namesKeyValueAndRule() {
        refused(
                "accel is 'hvf' but must be auto, kvm or tcg",
                () -> parse("qemu", "hvf", "/run", "1s", "1s"));
    }

    @Test
    void namesAKeyThatIsNone() {
        refused(
                "acel is no key; there are [binary, virtiofsd, accel, runtime.directory,"
                        + " start.timeout, unplug.timeout]",
                () ->
                        QemuConfig.of(
                                new Settings("qemu", "", "kvm", "/run", "1s", "1s"),
                                Set.of("acel")));
    }
}
