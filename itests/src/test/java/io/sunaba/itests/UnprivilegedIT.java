package io.sunaba.itests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.itests.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A user without any privilege runs a platform that root has unpacked, and root upgrades it under
/// their sandboxes.
class UnprivilegedIT {
    private static final String AGENT = "io.sunaba.agent";
    private static final String CORE = "io.sunaba.core";
    private static final String NOBODY = "65534";
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private static Installation sunaba;
    private static Path rootfs;

    @BeforeAll
    static void start() throws IOException {
        sunaba = Installation.unpack();
        Path folder = requireNonNull(sunaba.data().getParent());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(
                sunaba.data(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        rootfs = folder.resolve("rootfs");
        sunaba.command("cp", "-a", Installation.rootfs().toString(), rootfs.toString())
                .expectSuccess();
        if (ROOT) {
            sunaba.command("chown", NOBODY + ":" + NOBODY, sunaba.data().toString())
                    .expectSuccess();
        }
        sunaba("start").expectSuccess();
    }

    @AfterAll
    static void stop() {
        sunaba("stop");
        Installation.remove(requireNonNull(sunaba.data().getParent()));
    }

    private static Result sunaba(String... arguments) {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(
                    List.of(
                            "setpriv",
                            "--reuid=" + NOBODY,
                            "--regid=" + NOBODY,
                            "--clear-groups",
                            "--inh-caps=-all"));
        }
        command.addAll(List.of("env", "-u", "XDG_RUNTIME_DIR", "HOME=/nonexistent"));
        command.add(sunaba.home().resolve("bin/sunaba").toString());
        command.addAll(List.of(arguments));
        return sunaba.command(command.toArray(String[]::new));
    }

    private static Result exec(String line) {
        return sunaba("exec", line).expectSuccess();
    }

    @Test
    void everythingWorksThatNeedsNoPrivilege() {
        Result doctor = sunaba("doctor");
        assertThat(doctor.status()).as(doctor.text()).isZero();
        assertThat(exec("sandbox:run --rootfs " + rootfs + " -- sh -c 'id -u; echo done'").text())
                .isEqualTo("0\ndone\n");
        assertThat(exec("sandbox:list | json").text().strip()).isEqualTo("[]");
    }

    @Test
    void anUpgradeKeepsSandboxes() throws IOException {
        exec("sandbox:create --id kept --memory 128M");
        exec(
                "container:create kept one --rootfs "
                        + rootfs
                        + " -- sh -c 'echo before > /word; exec sleep 100000'");
        exec("sandbox:start kept");
        if (ROOT) {
            assertThat(
                            sunaba.command(
                                            "ps",
                                            "-o",
                                            "user=",
                                            "-C",
                                            "qemu-system-x86_64",
                                            "-C",
                                            "qemu-system-x86")
                                    .text())
                    .contains("nobody");
        }

        Path swapped = sunaba.home().resolve("swapped.jar");
        Files.write(swapped, Rebuilt.with(AGENT, Map.of("Bundle-Version", "1.0.0.swapped")));
        exec("plugin:swap %s %s".formatted(AGENT, swapped));
        sunaba("stop").expectSuccess();
        sunaba("start").expectSuccess();
        assertThat(version(AGENT)).as("over a restart").isEqualTo("1.0.0.swapped");

        // As dpkg does: each new file beside the old one, then into its place.
        try (Installation next = Installation.unpack()) {
            Files.write(
                    next.home().resolve("system").resolve(CORE + ".jar"),
                    Rebuilt.with(CORE, Map.of("Bundle-Version", "1.0.0.upgraded")));
            String script =
                    "cd '%s' && find . -type f | while read -r file; do cp -p \"$file\" '%s'/\"$file\".new && mv '%s'/\"$file\".new '%s'/\"$file\"; done"
                            .formatted(next.home(), sunaba.home(), sunaba.home(), sunaba.home());
            sunaba.command("sh", "-c", script).expectSuccess();
        }
        assertThat(exec("container:exec kept one -- cat /word").text())
                .as("under the old daemon")
                .isEqualTo("before\n");

        sunaba("stop").expectSuccess();
        sunaba("start").expectSuccess();
        assertThat(version(CORE)).isEqualTo("1.0.0.upgraded");
        assertThat(version(AGENT)).as("that of the distribution").isNotEqualTo("1.0.0.swapped");
        assertThat(exec("container:exec kept one -- cat /word").text())
                .as("under the new one")
                .isEqualTo("before\n");
        exec("sandbox:delete --force kept");
        assertThat(exec("sandbox:list | json").text().strip()).isEqualTo("[]");
    }

    private static String version(String bundle) {
        return exec("plugin:info " + bundle)
                .text()
                .lines()
                .filter(line -> line.startsWith("VERSION "))
                .map(line -> line.substring("VERSION ".length()).strip())
                .findFirst()
                .orElseThrow();
    }
}
