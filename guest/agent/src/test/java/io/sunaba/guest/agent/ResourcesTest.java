package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourcesTest {
    @TempDir Path system;

    private void plug(int processor, String online) throws IOException {
        Path directory = Files.createDirectories(system.resolve("cpu/cpu" + processor));
        // The first one cannot be put out of use.
        if (processor > 0) {
            Files.writeString(directory.resolve("online"), online + "\n");
        }
    }

    private List<String> online() {
        return Stream.of(1, 2, 10)
                .map(number -> {
                    try {
                        return Files.readString(system.resolve("cpu/cpu" + number + "/online"))
                                .strip();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .toList();
    }

    @Test
    void usesAsManyProcessorsAsAreWantedFromTheFirstOn() throws Exception {
        plug(0, "1");
        plug(1, "1");
        plug(2, "0");
        plug(10, "0");
        Files.createDirectories(system.resolve("cpu/cpufreq"));
        Resources resources = new Resources(system);
        resources.use(3, false);
        assertThat(online()).containsExactly("1", "1", "0");
        resources.use(1, false);
        assertThat(online()).containsExactly("0", "0", "0");
        resources.use(0, false);
        assertThat(online()).containsExactly("1", "1", "1");
    }

    @Test
    void waitsWhileTheKernelIsBusyWithADevice() throws Exception {
        plug(0, "1");
        plug(1, "0");
        Path block = Files.createDirectories(system.resolve("memory/memory40"));
        Path state = Files.writeString(block.resolve("state"), "offline\n");
        Map<Path, Integer> tries = new HashMap<>();
        Resources resources =
                new Resources(
                        system,
                        (file, value) -> {
                            if (tries.merge(file, 1, Integer::sum) < 3) {
                                throw new IOException("Device or resource busy");
                            }
                            Files.writeString(file, value);
                        });
        resources.use(2, true);
        assertThat(system.resolve("cpu/cpu1/online")).hasContent("1");
        assertThat(state).hasContent("online");
    }

    @Test
    void saysAtOnceWhatElseIsWrongWithAProcessor() throws Exception {
        plug(0, "1");
        plug(1, "0");
        Resources resources =
                new Resources(
                        system,
                        (_, _) -> {
                            throw new IOException("Input/output error");
                        });
        assertThatThrownBy(() -> resources.use(2, false)).hasMessage("Input/output error");
    }

    @Test
    void waitsForProcessorsThatAreOnTheirWay() throws Exception {
        plug(0, "1");
        Thread plugging =
                Thread.startVirtualThread(() -> {
                    try {
                        plug(1, "0");
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
        new Resources(system).use(2, false);
        plugging.join();
        assertThat(Files.exists(system.resolve("cpu/cpu1"))).isTrue();
    }

    @Test
    void usesMemoryThatIsWanted() throws Exception {
        Path block = Files.createDirectories(system.resolve("memory/memory40"));
        Path state = Files.writeString(block.resolve("state"), "offline\n");
        Files.writeString(system.resolve("memory/block_size_bytes"), "8000000\n");
        Resources resources = new Resources(system);
        resources.use(0, false);
        assertThat(Files.readString(state)).isEqualTo("offline\n");
        resources.use(0, true);
        assertThat(Files.readString(state)).isEqualTo("online");
        assertThat(resources.memoryBlockBytes()).isEqualTo(128L << 20);
    }

    @Test
    void passesOverMemoryThatGoesAwayMeanwhile() throws Exception {
        Path going = Files.createDirectories(system.resolve("memory/memory40"));
        Files.createSymbolicLink(going.resolve("state"), going.resolve("gone"));
        Path staying = Files.createDirectories(system.resolve("memory/memory41"));
        Path state = Files.writeString(staying.resolve("state"), "offline\n");
        new Resources(system).use(0, true);
        assertThat(Files.readString(state)).isEqualTo("online");
    }

    @Test
    void saysWhatIsWrongWithMemoryThatStays() throws Exception {
        Path block = Files.createDirectories(system.resolve("memory/memory40"));
        Files.createDirectory(block.resolve("state"));
        assertThatThrownBy(() -> new Resources(system).use(0, true))
                .isInstanceOf(IOException.class);
    }
}
