package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Directories of the host are volumes of containers: both see what the other writes, as long as
/// the container has it.
class ShareIT {
    private static Installation sunaba;

    @TempDir Path directory;

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().start();
    }

    @AfterAll
    static void stop() {
        sunaba.closeClean();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private static Installation.Result run(String id, String script) {
        return sunaba.exec("container:exec %s c -- sh -c '%s'".formatted(id, script));
    }

    private static String in(String id, String script) {
        return run(id, script).expectSuccess().text().strip();
    }

    private static void create(String id) {
        succeed("sandbox:create --memory 128M --id " + id);
        succeed(
                "container:create %s c --rootfs %s -- sleep 100000"
                        .formatted(id, Installation.rootfs()));
        succeed("sandbox:start " + id);
    }

    @Test
    void bothSidesSeeWhatTheOtherWrites() throws IOException {
        create("volume");
        Files.writeString(directory.resolve("host"), "from the host");
        succeed(
                "device:add volume --share %s --id src --container c --destination /srv/src"
                        .formatted(directory));
        assertThat(in("volume", "cat /srv/src/host")).isEqualTo("from the host");
        in("volume", "echo from the guest > /srv/src/guest");
        assertThat(directory.resolve("guest")).hasContent("from the guest");
        assertThat(succeed("device:list volume")).contains("src", "share", "/srv/src");

        sunaba.killDaemon();
        sunaba.start();
        assertThat(in("volume", "cat /srv/src/host")).isEqualTo("from the host");
        succeed("container:stop --force volume c");
        succeed("container:start volume c");
        assertThat(in("volume", "cat /srv/src/guest")).isEqualTo("from the guest");
        succeed("sandbox:stop volume");
        succeed("sandbox:start volume");
        assertThat(in("volume", "cat /srv/src/guest")).isEqualTo("from the guest");

        in("volume", "cd /srv/src; sleep 200000 < /dev/null > /dev/null 2>&1 & echo $! > /pid");
        sunaba.exec("device:remove volume src").expectOneLine("src", "in use", "/srv/src");
        in("volume", "kill -9 $(cat /pid)");
        Installation.await(
                "nobody uses it", () -> sunaba.exec("device:remove volume src").status() == 0);
        assertThat(run("volume", "ls /srv/src").status()).isNotZero();
        assertThat(directory.resolve("host")).hasContent("from the host");

        succeed(
                "device:add volume --share %s --id ro --read-only --container c --destination /ro"
                        .formatted(directory));
        assertThat(in("volume", "cat /ro/guest")).isEqualTo("from the guest");
        assertThat(run("volume", "touch /ro/x").status()).isNotZero();
        sunaba.exec("device:add volume --share /nonesuch").expectOneLine("/nonesuch", "there");
        sunaba.exec("device:add volume --share /etc/passwd").expectOneLine("a directory");
        succeed("device:remove volume ro");
        succeed("sandbox:delete --force volume");
    }

    @Test
    void clonesAreNotAskedForVolumes() throws IOException {
        Files.writeString(directory.resolve("host"), "shared");
        succeed("template:create --memory 128M");
        assertThat(
                        succeed(
                                "sandbox:run --factory template --memory 128M --rootfs %s --volume %s:/v:ro -- cat /v/host"
                                        .formatted(Installation.rootfs(), directory)))
                .isEqualTo("shared");
        assertThat(Files.readString(sunaba.data().resolve("log/sunaba.log")))
                .contains("because template cannot");
    }
}
