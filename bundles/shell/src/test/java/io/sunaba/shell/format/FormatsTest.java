package io.sunaba.shell.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.Converter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FormatsTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final ContainerStatus CONTAINER =
            new ContainerStatus(
                    "main",
                    ContainerState.STOPPED,
                    List.of("sh", "-c", "exit 3"),
                    new ExitStatus(3, AT),
                    AT,
                    null,
                    Map.of());
    private static final SandboxStatus SANDBOX =
            new SandboxStatus(
                    "web",
                    SandboxState.RUNNING,
                    null,
                    "qemu",
                    "new",
                    2,
                    1536L << 20,
                    AT,
                    List.of(CONTAINER),
                    Map.of("team", "blue"));

    private record Everything(
            Duration duration, Path path, @Nullable Object nothing, double number, String text) {}

    @Test
    void listsAreTables() {
        assertThat(format(List.of(SANDBOX)))
                .isEqualTo(
                        """
                        ID   STATE    HYPERVISOR  VCPUS  MEMORY   CREATED AT            CONTAINERS
                        web  running  qemu        2      1.5 GiB  2026-01-02T03:04:05Z  1\
                        """);
        assertThat(format(List.of())).isEmpty();
    }

    @Test
    void recordsAreListsOfFields() {
        assertThat(format(SANDBOX))
                .isEqualTo(
                        """
                        ID           web
                        STATE        running
                        HYPERVISOR   qemu
                        FACTORY      new
                        VCPUS        2
                        MEMORY       1.5 GiB
                        CREATED AT   2026-01-02T03:04:05Z
                        ANNOTATIONS  team=blue
                        CONTAINERS
                          ID    STATE    EXIT  CREATED AT            COMMAND
                          main  stopped  3     2026-01-02T03:04:05Z  sh -c exit 3\
                        """);
    }

    @Test
    void jsonHasTheNamesOfTheApi() {
        assertThat(Json.of(CONTAINER))
                .isEqualTo(
                        """
                        {
                          "id": "main",
                          "state": "STOPPED",
                          "command": [
                            "sh",
                            "-c",
                            "exit 3"
                          ],
                          "exit": {
                            "code": 3,
                            "at": "2026-01-02T03:04:05.678Z"
                          },
                          "createdAt": "2026-01-02T03:04:05.678Z",
                          "startedAt": null,
                          "annotations": {}
                        }\
                        """);
    }

    @Test
    void jsonTellsKindsApartAndEscapes() {
        assertThat(Json.of(new Interface.Tap("tap0", null)))
                .isEqualTo(
                        """
                        {
                          "type": "Tap",
                          "name": "tap0",
                          "bridge": null
                        }\
                        """);
        assertThat(
                        Json.of(
                                new Everything(
                                        Duration.ofMillis(1500),
                                        Path.of("/a b"),
                                        null,
                                        Double.NaN,
                                        "\"\\\n\u0001é\ud83d\ude00")))
                .contains(
                        "\"duration\": \"PT1.5S\"",
                        "\"path\": \"/a b\"",
                        "\"nothing\": null",
                        "\"number\": \"NaN\"",
                        "\"text\": \"\\\"\\\\\\n\\u0001é\\ud83d\\ude00\"");
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", List.of(1, true));
        assertThat(Json.of(map)).isEqualTo("{\n  \"a\": [\n    1,\n    true\n  ]\n}");
        assertThat(Json.of(null)).isEqualTo("null");
    }

    private static String format(Object value) {
        return String.valueOf(new Formats().format(value, Converter.INSPECT, new Formats()));
    }
}
