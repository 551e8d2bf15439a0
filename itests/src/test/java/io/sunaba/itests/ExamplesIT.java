package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What third parties write works: each example builds from its own folder against what is
/// published, keeps its contract, is there when dropped into `deploy/`, and gone when removed.
class ExamplesIT {
    private static final List<String> EXAMPLES =
            List.of("factory-queue", "hypervisor-remote", "storage-memory", "storage-redis");

    private static final PluginProjects PROJECTS = new PluginProjects();
    private static final Installation SUNABA = Installation.unpack();

    @BeforeAll
    static void buildAndStart() throws IOException {
        String built = PROJECTS.maven(PROJECTS.copy("examples"), "package");
        Matcher tests =
                Pattern.compile("Tests run: (\\d+), Failures: 0, Errors: 0, Skipped: 0\n")
                        .matcher(built);
        for (String _ : EXAMPLES) {
            assertThat(tests.find()).as(built).isTrue();
            assertThat(Integer.parseInt(tests.group(1))).isGreaterThan(10);
        }
        SUNABA.start();
    }

    @AfterAll
    static void close() {
        SUNABA.close();
        PROJECTS.close();
    }

    private static Path jar(String example) throws IOException {
        try (Stream<Path> files =
                Files.list(PROJECTS.folder().resolve("examples/" + example + "/target"))) {
            return files.filter(file -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
        }
    }

    private static Path deploy(String example) throws IOException {
        Path target = SUNABA.home().resolve("deploy").resolve(example + ".jar");
        // In one step, as a jar that is half there is no bundle.
        Path aside = SUNABA.home().resolve(example + ".jar");
        return Files.move(Files.copy(jar(example), aside), target);
    }

    private static String plugins() {
        return SUNABA.exec("plugin:list").expectSuccess().text();
    }

    private static void awaitActive(String kind, String name) {
        Installation.await(
                kind + " " + name + " is there: " + plugins(),
                () -> plugins().matches("(?s).*\n" + kind + " +" + name + " .* active *\n.*"));
    }

    private static void awaitGone(String name) {
        Installation.await(
                name + " is gone: " + plugins(),
                () -> !plugins().matches("(?s).* " + name + " .*"));
    }

    @Test
    void storageComesAndGoes() throws IOException {
        Path memory = SUNABA.home().resolve("memory");
        SUNABA.configure("org.example.sunaba.storage.memory", "directory", memory.toString());
        Path bundle = deploy("storage-memory");
        awaitActive("storage", "memory");

        SUNABA.exec("storage:use memory").expectSuccess();
        assertThat(SUNABA.exec("storage:list").expectSuccess().text())
                .containsPattern("memory +true");
        assertThat(memory.resolve(".owner")).exists();

        SUNABA.exec("storage:use fs").expectSuccess();
        Files.delete(bundle);
        awaitGone("memory");
    }

    @Test
    void storageInAServerComesAndGoes() throws IOException {
        Path data = Files.createTempDirectory(PROJECTS.folder(), "redis");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        SUNABA.configure("org.example.sunaba.storage.redis", "server", "redis://127.0.0.1:" + port);
        Path bundle = deploy("storage-redis");
        Installation.await(
                "the reason is shown: " + plugins(), () -> plugins().contains("127.0.0.1:" + port));
        // Debian has the server's program in redis-tools already, under another name.
        Path program =
                Files.createSymbolicLink(
                        data.resolve("redis-server"), Path.of("/usr/bin/redis-check-rdb"));
        Process server =
                new ProcessBuilder(
                                program.toString(),
                                "--bind",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--dir",
                                data.toString(),
                                "--appendonly",
                                "yes",
                                "--appendfsync",
                                "always")
                        .redirectOutput(data.resolve("log").toFile())
                        .start();
        try {
            // Tries again when its configuration changes, or when it is asked for.
            SUNABA.configure("org.example.sunaba.storage.redis", "prefix", "itest/");
            awaitActive("storage", "redis");

            SUNABA.exec("storage:use redis").expectSuccess();
            assertThat(SUNABA.exec("storage:list").expectSuccess().text())
                    .containsPattern("redis +true");

            SUNABA.exec("storage:use fs").expectSuccess();
            Files.delete(bundle);
            awaitGone("redis");
        } finally {
            server.destroyForcibly().onExit().join();
        }
    }

    @Test
    void factoryMakesMachines() throws IOException {
        Path bundle = deploy("factory-queue");
        awaitActive("factory", "queue");

        SUNABA.exec("sandbox:create --id queued --factory queue --memory 128M").expectSuccess();
        assertThat(SUNABA.exec("sandbox:status queued").expectSuccess().text())
                .containsPattern("FACTORY +queue");

        Files.delete(bundle);
        awaitGone("queue");
        SUNABA.exec("sandbox:stop queued").expectSuccess();
        SUNABA.exec("sandbox:delete queued").expectSuccess();
        SUNABA.assertNothingLeft();
    }

    @Test
    void hypervisorRunsContainers() throws IOException {
        // The path of a socket may have some hundred characters.
        Path place = Files.createTempDirectory("vmmd");
        Process daemon =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                jar("hypervisor-remote").toString(),
                                "org.example.sunaba.vmmd.Vmmd",
                                place.toString())
                        .start();
        try {
            assertThat(daemon.inputReader().readLine()).isEqualTo("ready");
            SUNABA.configure("org.example.sunaba.hypervisor.remote", "directory", place.toString());
            Path bundle = deploy("hypervisor-remote");
            awaitActive("hypervisor", "remote");

            Installation.Result ran =
                    SUNABA.exec(
                            "sandbox:run --hypervisor remote --rootfs %s -- echo from afar"
                                    .formatted(Installation.rootfs()));
            assertThat(ran.expectSuccess().text()).isEqualTo("from afar\n");
            assertThat(place.resolve("machines")).isEmptyDirectory();

            Files.delete(bundle);
            awaitGone("remote");
        } finally {
            daemon.destroyForcibly().onExit().join();
            Installation.remove(place);
        }
    }
}
