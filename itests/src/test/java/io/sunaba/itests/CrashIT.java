package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.itests.halting.Activator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The daemon dies without a word in the middle of an operation, on a real machine; the next one
/// leaves nothing half done. A third party's storage plugin kills it at the write that it is told.
class CrashIT {
    private static final Path ROOTFS = Installation.rootfs();
    private static Installation sunaba;

    @BeforeAll
    static void start() throws IOException {
        sunaba = Installation.unpack();
        new PluginJar("com.example.halting", Activator.class)
                .header("Bundle-Activator", Activator.class.getName())
                .header("Import-Package", "io.sunaba.error,io.sunaba.storage,org.osgi.framework")
                .write(sunaba.home().resolve("deploy/halting.jar"));
        sunaba.configure("io.sunaba.core", "default.storage", "halting");
        sunaba.start();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    @AfterEach
    void nothingIsLeft() {
        sunaba.assertNothingLeft();
        assertThat(records()).isEmpty();
    }

    /// Has the daemon die at a write of a line's operation, and starts the next one.
    private static void die(String moment, String line) throws IOException {
        Path records = Files.createDirectories(sunaba.data().resolve("halting"));
        Files.writeString(records.resolve("halt"), moment);
        assertThat(sunaba.exec(line).status()).isNotZero();
        assertThat(sunaba.sunaba("status").status()).as("the daemon is dead").isEqualTo(3);
        sunaba.start();
    }

    private static void succeed(String line) {
        sunaba.exec(line).expectSuccess();
    }

    private static JsonArray list() {
        return JsonParser.parseString(sunaba.exec("sandbox:list | json").expectSuccess().text())
                .getAsJsonArray();
    }

    private static JsonObject status(String id) {
        return JsonParser.parseString(
                        sunaba.exec("sandbox:status " + id + " | json").expectSuccess().text())
                .getAsJsonObject();
    }

    private static List<String> records() {
        try (Stream<Path> files = Files.list(sunaba.data().resolve("halting"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("sandbox+"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void diesInCreate(String id, String moment, int machines) throws IOException {
        String create = "sandbox:create --id " + id + " --memory 128M";
        die(moment, create);
        assertThat(list()).isEmpty();
        Installation.await(
                "nothing is left of what had " + machines + " machines",
                () -> sunaba.machines().isEmpty() && records().isEmpty());
        sunaba.assertNothingLeft();
        succeed(create);
        succeed("sandbox:delete " + id);
    }

    @Test
    void beforeTheIntentOfACreation() throws IOException {
        diesInCreate("before", "before 2", 0);
    }

    @Test
    void afterTheIntentOfACreation() throws IOException {
        diesInCreate("after", "after 2", 0);
    }

    @Test
    void beforeTheLastRecordOfACreation() throws IOException {
        diesInCreate("last", "before 3", 1);
    }

    @Test
    void whenAContainerWasCreatedAndIsNotOnRecord() throws IOException {
        String container = " --rootfs " + ROOTFS + " -- sleep 1000";
        succeed("sandbox:create --id within --memory 128M");
        succeed("container:create within first" + container);
        succeed("sandbox:start within");
        List<Long> machines = sunaba.machines();

        die("before 2", "container:create within second" + container);

        assertThat(status("within").get("state").getAsString()).isEqualTo("RUNNING");
        assertThat(status("within").getAsJsonArray("containers")).hasSize(1);
        assertThat(sunaba.machines()).isEqualTo(machines);
        assertThat(sunaba.exec("container:exec within first -- echo here").text())
                .isEqualTo("here\n");
        succeed("container:create within second" + container);
        succeed("container:start within second");
        assertThat(sunaba.exec("container:exec within second -- echo too").text())
                .isEqualTo("too\n");
        succeed("sandbox:delete --force within");
    }

    @Test
    void whenADeletedSandboxIsStillInTheIndex() throws IOException {
        succeed("sandbox:create --id gone --memory 128M");
        die("before 3", "sandbox:delete gone");
        assertThat(list()).isEmpty();
        assertThat(sunaba.machines()).isEmpty();
        succeed("sandbox:create --id gone --memory 128M");
        succeed("sandbox:delete gone");
    }
}
