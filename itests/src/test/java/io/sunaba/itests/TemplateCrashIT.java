package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.sunaba.itests.Installation.Background;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whatever happens to a template, or while one is made or cloned: requests are served, nothing is
/// left, and no machine comes from a template that is not whole.
class TemplateCrashIT {
    private static final String MAKE = "template:create --memory 128M";

    private final Installation sunaba = Installation.unpack();

    @BeforeEach
    void start() throws IOException {
        sunaba.configure("io.sunaba.core", "default.factory", "template");
        sunaba.configure("io.sunaba.core", "default.memory", "128M");
        sunaba.start();
    }

    @AfterEach
    void stop() {
        sunaba.close();
    }

    private String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private void createAndDelete(String id) {
        succeed("sandbox:create --id " + id);
        succeed("sandbox:delete --force " + id);
    }

    private JsonArray templates() {
        return JsonParser.parseString(succeed("template:list | json")).getAsJsonArray();
    }

    private Path directory() {
        return sunaba.data().resolve("templates");
    }

    /// The only template's file of that name.
    private Path file(String name) {
        try (Stream<Path> files = Files.walk(directory())) {
            List<Path> found = files.filter(file -> file.endsWith(name)).toList();
            assertThat(found).hasSize(1);
            return found.getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> entries() {
        try (Stream<Path> entries = Files.list(directory())) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void flip(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long middle = bytes.length() / 2;
            bytes.seek(middle);
            int before = bytes.read();
            bytes.seek(middle);
            bytes.write(before ^ 4);
        }
    }

    private long logged(String text) {
        try (Stream<String> lines = Files.lines(sunaba.data().resolve("log/sunaba.log"))) {
            return lines.filter(line -> line.contains(text)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The template serves at first, then it is damaged: the next request is served all the same,
    /// and a new one serves those after it.
    private void isServedAndMadeAnew(String id, String reason) {
        long clones = logged(" cloned in ");
        createAndDelete(id);
        assertThat(logged(" cloned in ")).as("not from that one").isEqualTo(clones);
        assertThat(logged("because template cannot serve: template " + reason)).isEqualTo(1);
        succeed(MAKE);
        createAndDelete(id + "-again");
        assertThat(logged(" cloned in ")).isEqualTo(clones + 1);
        succeed("template:verify");
    }

    @Test
    void damageIsNoticed() throws IOException {
        succeed(MAKE);
        createAndDelete("first");
        assertThat(logged(" cloned in ")).isEqualTo(1);
        String id = templates().get(0).getAsJsonObject().get("id").getAsString();

        flip(file("memory"));
        isServedAndMadeAnew("flipped", id + " is of no use");

        Path memory = file("memory");
        try (RandomAccessFile bytes = new RandomAccessFile(memory.toFile(), "rw")) {
            bytes.setLength(bytes.length() / 2);
        }
        long useless = logged(id + " is of no use and is made anew");
        createAndDelete("truncated");
        assertThat(logged(id + " is of no use and is made anew")).isGreaterThan(useless);
        succeed(MAKE);
        createAndDelete("proof");

        Installation.remove(directory());
        long misses = logged(id + " is being made");
        createAndDelete("deleted");
        assertThat(logged(id + " is being made")).isGreaterThan(misses);
        succeed(MAKE);
        createAndDelete("last");

        // As a failing disk does it, behind the file system's back.
        memory = file("memory");
        FileTime then = Files.getLastModifiedTime(memory);
        flip(memory);
        Files.setLastModifiedTime(memory, then);
        sunaba.exec("template:verify").expectOneLine("memory", "removed");
        assertThat(templates()).isEmpty();
        assertThat(entries()).isEmpty();
        sunaba.assertNothingLeft();
    }

    @Test
    void killedWhileATemplateIsMade() throws Exception {
        // QEMU
        Background making = sunaba.execInBackground(MAKE);
        Installation.await("machine", () -> sunaba.machines().size() == 1);
        ProcessHandle.of(sunaba.machines().getFirst()).orElseThrow().destroyForcibly();
        assertThat(making.awaitEnd()).isNotZero();
        assertThat(making.output().strip()).doesNotContain("\n").contains("killed");
        assertThat(templates()).isEmpty();
        assertThat(entries()).isEmpty();
        sunaba.assertNothingLeft();

        // The platform
        making = sunaba.execInBackground(MAKE);
        Installation.await("machine", () -> sunaba.machines().size() == 1);
        sunaba.killDaemon();
        assertThat(making.awaitEnd()).isNotZero();
        sunaba.start();
        Installation.await("orphan ended", () -> sunaba.machines().isEmpty());
        assertThat(templates()).isEmpty();
        assertThat(entries()).isEmpty();
        sunaba.assertNothingLeft();

        // The platform, while the machine is saved
        making = sunaba.execInBackground(MAKE);
        Installation.await("save", this::isSaving);
        sunaba.killDaemon();
        making.awaitEnd();
        sunaba.start();
        Installation.await("orphan ended", () -> sunaba.machines().isEmpty());
        for (Path entry : entries()) {
            assertThat(entry.resolve("template.properties")).exists();
        }
        succeed(MAKE);
        succeed("template:verify");
        createAndDelete("one");
        assertThat(logged(" cloned in ")).isEqualTo(1);
        sunaba.assertNothingLeft();
    }

    private boolean isSaving() {
        try (Stream<Path> files = Files.walk(directory())) {
            return files.anyMatch(file -> file.endsWith("memory"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    @Test
    void killedWhileAMachineIsCloned() throws Exception {
        succeed(MAKE);

        // QEMU: if that was before the sandbox was there, another factory serves.
        Background create = sunaba.execInBackground("sandbox:create --id qemu");
        Installation.await("machine", () -> sunaba.machines().size() == 1);
        ProcessHandle.of(sunaba.machines().getFirst()).ifPresent(ProcessHandle::destroyForcibly);
        assertThat(create.awaitEnd()).as(create.output()).isZero();
        succeed("sandbox:delete --force qemu");
        sunaba.assertNothingLeft();

        // The platform
        create = sunaba.execInBackground("sandbox:create --id platform");
        Installation.await("machine", () -> sunaba.machines().size() == 1);
        sunaba.killDaemon();
        create.awaitEnd();
        sunaba.start();
        if (succeed("sandbox:list | json").contains("platform")) {
            succeed("sandbox:delete --force platform");
        }
        Installation.await("no orphan", () -> sunaba.machines().isEmpty());
        sunaba.assertNothingLeft();

        succeed("template:verify");
        long clones = logged(" cloned in ");
        createAndDelete("after");
        assertThat(logged(" cloned in ")).isEqualTo(clones + 1);
    }

    /// In namespaces of its own, for a file system of its own that is too small for a template.
    @Test
    void diskThatIsFull() throws Exception {
        sunaba.sunaba("stop").expectSuccess();
        sunaba.inMountNamespace(
                        """
                        exec 3>"$(dirname "$0")/aside"
                        mkdir -p "$SUNABA_DATA"
                        mount -t tmpfs -o size=24m tmpfs "$SUNABA_DATA"
                        mount -t tmpfs tmpfs /run
                        sunaba=$(dirname "$0")/bin/sunaba
                        "$sunaba" start >&3
                        status=0
                        "$sunaba" exec 'template:create --memory 128M' || status=$?
                        find "$SUNABA_DATA/templates" -mindepth 1 >&3
                        "$sunaba" exec 'template:list | json' >&3
                        "$sunaba" exec 'sandbox:create --id full' >&3
                        "$sunaba" exec 'sandbox:delete full' >&3
                        find -L "$SUNABA_DATA/run" -path '*/qemu/*' >&3
                        "$sunaba" stop >&3
                        exit $status
                        """)
                .expectOneLine("No space left on device");
        assertThat(Files.readString(sunaba.home().resolve("aside")))
                .contains("[]", "FACTORY     template")
                .doesNotContain("/templates/", "/qemu/");
    }
}
