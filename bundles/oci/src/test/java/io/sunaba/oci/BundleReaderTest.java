package io.sunaba.oci;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Mount;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.Seccomp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleReaderTest {
    @TempDir private Path bundle;

    @BeforeEach
    void makeRootfs() throws IOException {
        Files.createDirectory(bundle.resolve("rootfs"));
    }

    private static String sample(String name) throws IOException {
        try (InputStream stream =
                requireNonNull(BundleReaderTest.class.getResourceAsStream(name + ".json"))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private ContainerConfig read(String config) throws IOException {
        Files.writeString(bundle.resolve("config.json"), config);
        return new BundleReader().read("web", bundle);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun", "containerd"})
    void readsWhatToolsWriteOnTheirOwn(String tool) throws IOException {
        ContainerConfig config = read(sample(tool));
        assertThat(config.id()).isEqualTo("web");
        assertThat(config.bare()).isTrue();
        assertThat(config.rootfs()).isEqualTo(new Rootfs.Packed(bundle.resolve("rootfs")));
        assertThat(config.process().workingDirectory()).isEqualTo("/");
        assertThat(config.process().noNewPrivileges()).isTrue();
        assertThat(config.process().resourceLimits())
                .containsExactly(new ProcessConfig.ResourceLimit("RLIMIT_NOFILE", 1024, 1024));
        assertThat(config.mounts()).hasSizeGreaterThan(5);
        assertThat(config.resources()).isEqualTo(Resources.UNCHANGED);
        assertThat(config.seccomp()).isNull();
    }

    @Test
    void readsAllOfIt() throws IOException {
        ContainerConfig config = read(sample("runc"));
        assertThat(config.readOnlyRootfs()).isTrue();
        assertThat(config.hostname()).isEqualTo("runc");
        assertThat(config.process().arguments()).containsExactly("sh");
        assertThat(config.process().environment())
                .containsExactly("PATH=/usr/bin:/bin", "TERM=xterm");
        assertThat(config.process().terminal()).isTrue();
        List<String> three = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
        assertThat(config.process().capabilities())
                .isEqualTo(new Capabilities(three, three, three, List.of(), three));
        assertThat(config.mounts().getFirst())
                .isEqualTo(new Mount("/proc", "proc", "proc", List.of()));
        assertThat(config.mounts()).extracting(Mount::destination).contains("/sys/fs/cgroup");
        assertThat(config.maskedPaths()).containsExactly("/proc/kcore", "/sys/firmware");
        assertThat(config.readOnlyPaths()).containsExactly("/proc/bus", "/proc/sys");
    }

    @Test
    void readsWhatAnEngineWrites() throws IOException {
        String rootfs = bundle.resolve("rootfs").toString();
        ContainerConfig config = read(sample("podman").replace("/rootfs", rootfs));
        assertThat(config.rootfs()).isEqualTo(new Rootfs.Packed(Path.of(rootfs)));
        assertThat(config.process().user()).isEqualTo(new ProcessConfig.User("0:0", List.of(0L)));
        assertThat(config.mounts())
                .as("files about the host are left out, its shared memory is made anew")
                .extracting(mount -> mount.type() + " " + mount.destination())
                .containsExactly("proc /proc", "tmpfs /dev/shm", "cgroup /sys/fs/cgroup");
        assertThat(config.resources())
                .isEqualTo(new Resources(null, 50_000L, 100_000L, "0", 64L << 20, 2048L));
        assertThat(config.sysctls()).isEqualTo(Map.of("kernel.msgmax", "9000"));
        assertThat(config.annotations()).containsEntry("io.container.manager", "libpod");
        Seccomp.Rule refused = new Seccomp.Rule(List.of("bdflush"), "SCMP_ACT_ERRNO", 1, List.of());
        Seccomp.Rule allowed =
                new Seccomp.Rule(
                        List.of("personality"),
                        "SCMP_ACT_ALLOW",
                        null,
                        List.of(new Seccomp.Argument(0, 0xffff_ffffL, 0, "SCMP_CMP_EQ")));
        assertThat(config.seccomp())
                .isEqualTo(
                        new Seccomp(
                                "SCMP_ACT_ERRNO",
                                38,
                                List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"),
                                List.of(),
                                List.of(refused, allowed)));
    }

    @Test
    void numbersKeepTheirValue() throws IOException {
        JsonObject config = runc();
        put(
                config,
                "process.rlimits",
                "[{'type':'RLIMIT_CORE','hard':18446744073709551615,'soft':0}]");
        put(config, "process.user", "{'uid':4294967294,'gid':5}");
        put(config, "process.oomScoreAdj", "-5");
        put(config, "linux.resources.memory", "{'limit':-1}");
        put(config, "linux.resources.pids", "{'limit':-2}");
        ContainerConfig read = read(config.toString());
        assertThat(read.process().resourceLimits())
                .containsExactly(new ProcessConfig.ResourceLimit("RLIMIT_CORE", -1, 0));
        assertThat(read.process().user().name()).isEqualTo("4294967294:5");
        assertThat(read.process().oomScoreAdjustment()).isEqualTo(-5);
        assertThat(read.resources()).isEqualTo(new Resources(null, null, null, null, -1L, -1L));
    }

    private static JsonObject runc() throws IOException {
        return JsonParser.parseString(sample("runc")).getAsJsonObject();
    }

    /// Sets a property by its full name; in a list, `+` adds an element.
    private static void put(JsonObject config, String name, String json) {
        JsonElement value = JsonParser.parseString(json.replace('\'', '"'));
        JsonElement at = config;
        String[] parts = name.split("\\.", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            JsonObject object = at.getAsJsonObject();
            if (!object.has(parts[i])) {
                object.add(parts[i], parts[i + 1].equals("+") ? new JsonArray() : new JsonObject());
            }
            at = object.get(parts[i]);
        }
        String last = parts[parts.length - 1];
        if (last.equals("+")) {
            at.getAsJsonArray().add(value);
        } else {
            at.getAsJsonObject().add(last, value);
        }
    }

    @ParameterizedTest
    @CsvFileSource(resources = "refused.csv", delimiter = '|', quoteCharacter = '`')
    void saysByNameWhatItRefuses(String name, String json, String message) throws IOException {
        JsonObject config = runc();
        put(config, name, json);
        assertThatThrownBy(() -> read(config.toString()))
                .isInstanceOf(RejectedException.class)
                .message()
                .startsWith(bundle.resolve("config.json") + ": ")
                .doesNotContain("\n")
                .contains(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hooks",
                "future",
                "domainname",
                "process.apparmorProfile",
                "linux.devices",
                "linux.seccomp",
                "linux.resources.blockIO",
                "linux.resources.cpu.realtimeRuntime"
            })
    void passesOverWhatMeansNothing(String name) throws IOException {
        ContainerConfig plain = read(sample("runc"));
        for (String nothing : new String[] {"null", "{}"}) {
            JsonObject config = runc();
            put(config, name, nothing);
            assertThat(read(config.toString())).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{]", "{\"a\":1,}", "{} x", "{'a':1}", "\0", "{\"a\":tru}"})
    void malformedJsonIsNamed(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith(bundle.resolve("config.json") + " is no JSON")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void whatIsNoConfigurationIsNamed() throws IOException {
        Path file = bundle.resolve("config.json");
        BundleReader reader = new BundleReader();
        assertThatThrownBy(() -> reader.read("web", bundle))
                .hasMessage(file + " is not there: it makes a directory an OCI bundle");
        assertThatThrownBy(() -> read("[]")).hasMessage(file + " is no JSON object");
        assertThatThrownBy(() -> read("[".repeat(100_000)))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith(file + " is no JSON");
        assertThatThrownBy(() -> read(" ".repeat(5 << 20)))
                .hasMessage(file + " has more than 4194304 bytes");
        Files.write(file, new byte[] {'"', (byte) 0xff, '"'});
        assertThatThrownBy(() -> reader.read("web", bundle)).hasMessage(file + " is no UTF-8 text");
        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> reader.read("web", bundle)).hasMessage(file + " is no file");
    }
}
