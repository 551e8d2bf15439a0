package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClhConfigTest {
    private record Settings(
            String binary,
            String virtiofsd,
            String runtime_directory,
            String start_timeout,
            String request_timeout,
            String unplug_timeout)
            implements ClhSettings {
        @Override
        public Class<? extends Annotation> annotationType() {
            return ClhSettings.class;
        }
    }

    private static ClhConfig parse(
            String binary, String directory, String start, String request, String unplug) {
        return ClhConfig.of(
                new Settings(binary, " /opt/virtiofsd", directory, start, request, unplug),
                Set.of("binary", "service.pid", "felix.fileinstall.filename"));
    }

    @Test
    void readsEveryValue() {
        assertThat(parse("/opt/clh", "/run/sunaba/../clh", "5s", "250ms", "20m"))
                .isEqualTo(
                        new ClhConfig(
                                "/opt/clh",
                                "/opt/virtiofsd",
                                Path.of("/dev/kvm"),
                                Path.of("/run/clh"),
                                Duration.ofSeconds(5),
                                Duration.ofMillis(250),
                                Duration.ofMinutes(20)));
    }

    /// The longest directory leaves room for a machine's longest socket path: 107 bytes are what a
    /// unix socket's address has room for (source: unix(7), `sun_path`).
    @Test
    void socketPathIsNeverTooLong() {
        String longest = "/" + "ü".repeat(29) + "x";
        Path directory = parse("clh", longest, "1s", "1s", "1s").runtimeDirectory();
        ClhFiles files = ClhFiles.of(directory, "0".repeat(32));
        for (Path socket : List.of(files.apiSocket(), files.vsock(), files.consoleSocket())) {
            assertThat(socket.toString().getBytes(StandardCharsets.UTF_8))
                    .hasSizeLessThanOrEqualTo(107);
        }
    }

    @Test
    void namesAKeyThatIsNone() {
        Settings settings = new Settings("clh", "", "/run", "1s", "1s", "1s");
        assertThatThrownBy(() -> ClhConfig.of(settings, Set.of("binari")))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "io.sunaba.hypervisor.clh: binari is no key; there are [binary, virtiofsd,"
                                + " runtime.directory, start.timeout, request.timeout, unplug.timeout]");
    }
}
