package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/// The commands that replace plugins, on a platform that runs.
public class SwapCommandIT {
    private static final String STORAGE = "io.sunaba.storage.leveldb";

    private Installation installation;

    @Before
    public void start() {
        installation = Installation.unpack().start();
    }

    @After
    public void close() {
        installation.close();
    }

    private Path jar(String bundle, Map<String, String> lines) throws IOException {
        Path file = Files.createTempFile(installation.home(), "rebuilt", ".jar");
        return Files.write(file, Rebuilt.with(bundle, lines));
    }

    private Installation.Result swap(String bundle, Path file) {
        return installation.sunaba("exec", "plugin:swap %s %s".formatted(bundle, file));
    }

    private String plugins() {
        return installation.exec("plugin:list").expectSuccess().text();
    }

    private String bundle(String name) {
        return installation
                .exec("lb -s")
                .expectSuccess()
                .text()
                .lines()
                .filter(line -> line.contains("|" + name + " "))
                .findFirst()
                .orElseThrow();
    }

    /// The core and the agent plugin that go leave their connections to guests to the next ones.
    @Test
    public void theConversationWithAGuestOutlivesTheCoreAndTheAgentPlugin() throws IOException {
        installation.exec("sandbox:create --id one --memory 128M").expectSuccess();
        List<String> before = connectionsToAgents();
        assertThat(before).hasSize(1);
        for (String bundle : List.of("io.sunaba.core", "io.sunaba.agent")) {
            swap(bundle, jar(bundle, Map.of("Bundle-Version", "1.0.0.rebuilt"))).expectSuccess();
            installation.exec("interface:list one").expectSuccess();
            assertThat(connectionsToAgents()).as(bundle).isEqualTo(before);
        }
    }

    /// The sockets in QEMUs' hands (source: proc(5), `/proc/net/unix`: state 03 is connected, then
    /// inode and path).
    private List<String> connectionsToAgents() throws IOException {
        String run = installation.data().resolve("run").toRealPath() + "/";
        return Files.readAllLines(Path.of("/proc/net/unix")).stream()
                .filter(line -> line.contains(" 03 ") && line.contains(run))
                .filter(line -> line.endsWith("/agent.sock"))
                .toList();
    }

    /// With the framework's own commands, which want bundles and get numbers.
    @Test
    public void bundlesAreStoppedAndStartedByTheirNumbers() {
        String number = bundle(STORAGE).split("\\|", 2)[0].strip();
        installation.exec("felix:stop " + number).expectSuccess();
        assertThat(bundle(STORAGE)).contains("Resolved");
        installation.exec("felix:start " + number).expectSuccess();
        assertThat(bundle(STORAGE)).contains("Active");
        assertThat(installation.exec("felix:headers " + number).expectSuccess().text())
                .contains("Bundle-SymbolicName = " + STORAGE);
    }

    @Test
    public void bundlesAreSwappedOrStayAsTheyAre() throws IOException {
        String before = plugins();
        Path other = Rebuilt.shipped("io.sunaba.storage.fs");
        swap(STORAGE, other).expectOneLine(other + " is the bundle io.sunaba.storage.fs");
        swap("io.sunaba.nonesuch", other).expectOneLine("there is no bundle 'io.sunaba.nonesuch'");
        swap(STORAGE, Path.of("/nonesuch.jar")).expectOneLine("there is no file /nonesuch.jar");
        swap(STORAGE, installation.home().resolve("bin/sunaba")).expectOneLine("is no");
        swap(STORAGE, jar(STORAGE, Map.of("Import-Package", "org.nonesuch;version=\"[1,2)\"")))
                .expectOneLine("would not find what it needs", "org.nonesuch");
        swap(STORAGE, jar(STORAGE, Map.of("Bundle-Activator", "org.nonesuch.Activator")))
                .expectOneLine("does not start", "is back");
        assertThat(plugins()).isEqualTo(before);

        Map<String, String> rebuilt = Map.of("Bundle-Version", "1.0.0.rebuilt");
        assertThat(swap(STORAGE, jar(STORAGE, rebuilt)).expectSuccess().text())
                .matches(
                        "(?s)io.sunaba.storage.leveldb \\S+ -> 1.0.0.rebuilt, away for \\d+ ms\\s");
        assertThat(swap("io.sunaba.shell", jar("io.sunaba.shell", rebuilt)).expectSuccess().text())
                .contains("-> 1.0.0.rebuilt, away for");
        assertThat(swap("io.sunaba.core", jar("io.sunaba.core", rebuilt)).expectSuccess().text())
                .contains("-> 1.0.0.rebuilt, away for");
        assertThat(plugins()).contains("1.0.0.rebuilt");
        installation.exec("sandbox:list").expectSuccess();
    }

    /// One client all the while, whose input and output pass both shells.
    @Test
    public void whatAClientIsAttachedToGoesOnWithTheNextShell() throws Exception {
        Map<String, String> rebuilt = Map.of("Bundle-Version", "1.0.0.rebuilt");
        Path shell = jar("io.sunaba.shell", rebuilt);
        String command = "echo up; while read x; do echo got $x; done; exit 5";
        Process client =
                installation
                        .builder(
                                List.of(
                                        installation.home().resolve("bin/sunaba").toString(),
                                        "exec",
                                        "sandbox:run --memory 128M --rootfs %s -- /bin/sh -c '%s'"
                                                .formatted(Installation.rootfs(), command)))
                        .start();
        try (BufferedReader output = client.inputReader();
                Writer input = client.outputWriter()) {
            assertThat(output.readLine()).isEqualTo("up");
            input.write("one\n");
            input.flush();
            assertThat(output.readLine()).isEqualTo("got one");
            swap("io.sunaba.shell", shell).expectSuccess();
            input.write("two\n");
            input.flush();
            assertThat(output.readLine()).isEqualTo("got two");
            input.close();
            assertThat(output.readLine()).isNull();
        }
        assertThat(client.waitFor()).isEqualTo(5);
        installation.assertNothingLeft();
    }

    @Test
    public void aDefaultIsChangedAtOnceAndForGood() throws IOException {
        installation
                .exec("plugin:use hypervisor nonesuch")
                .expectOneLine("there is no hypervisor plugin 'nonesuch'; there is");
        installation
                .exec("plugin:use shape round")
                .expectOneLine("there is no kind of plugin 'shape'");
        assertThat(installation.exec("plugin:use factory template").expectSuccess().text())
                .isEqualTo("default.factory = template\n");
        assertThat(Files.readString(installation.home().resolve("etc/io.sunaba.core.cfg")))
                .contains("\ndefault.factory = template\n")
                .doesNotContain("#default.factory");
        installation.exec("plugin:use storage leveldb").expectSuccess();
        assertThat(installation.exec("storage:list").expectSuccess().text()).contains("leveldb");
        assertThat(Files.readString(installation.data().resolve("core/storage")).strip())
                .matches("leveldb [0-9a-f]{32}");
    }
}
