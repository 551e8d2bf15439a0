package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What third parties write works: each example builds from its own folder against what is
/// published, keeps its contract, is there when dropped into `deploy/`, and gone when removed.
class ExamplesIT {
    private static final List<String> EXAMPLES =
            List.of("factory-queue", "hypervisor-remote", "storage-memory", "storage-redis");

    private static final String COMPONENT = "OSGI-INF/org.example.sunaba.memory.MemoryStorage.xml";

    private static PluginProjects projects;
    private static Installation sunaba;

    @BeforeAll
    static void buildAndStart() throws IOException {
        projects = new PluginProjects();
        sunaba = Installation.unpack();
        String built = projects.maven(projects.copy("examples"), "package");
        Matcher tests =
                Pattern.compile("Tests run: (\\d+), Failures: 0, Errors: 0, Skipped: 0\n")
                        .matcher(built);
        for (String _ : EXAMPLES) {
            assertThat(tests.find()).as(built).isTrue();
            assertThat(Integer.parseInt(tests.group(1))).isGreaterThan(10);
        }
        sunaba.start();
    }

    @AfterAll
    static void close() {
        sunaba.close();
        projects.close();
    }

    private static Path jar(String example) throws IOException {
        try (Stream<Path> files =
                Files.list(projects.folder().resolve("examples/" + example + "/target"))) {
            return files.filter(file -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
        }
    }

    private static Path deploy(String example) throws IOException {
        Path target = sunaba.home().resolve("deploy").resolve(example + ".jar");
        // In one step, as a jar that is half there is no bundle.
        Path aside = sunaba.home().resolve(example + ".jar");
        return Files.move(Files.copy(jar(example), aside), target);
    }

    private static String plugins() {
        return sunaba.exec("plugin:list").expectSuccess().text();
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
        Path memory = sunaba.home().resolve("memory");
        sunaba.configure("org.example.sunaba.storage.memory", "directory", memory.toString());
        Path bundle = deploy("storage-memory");
        awaitActive("storage", "memory");

        sunaba.exec("storage:use memory").expectSuccess();
        assertThat(sunaba.exec("storage:list").expectSuccess().text())
                .containsPattern("memory +true");
        assertThat(memory.resolve(".owner")).exists();

        sunaba.exec("storage:use fs").expectSuccess();
        Files.delete(bundle);
        awaitGone("memory");
    }

    /// It holds other records, so that it does not serve, whatever its ranking.
    @Test
    void storageThatBearsTheNameOfTheOneInUseIsNotTakenUp() throws IOException {
        String before = sunaba.exec("storage:list").expectSuccess().text();
        sunaba.configure(
                "org.example.sunaba.storage.memory",
                "directory",
                sunaba.home().resolve("other").toString());
        Path bundle = sunaba.home().resolve("deploy/other-fs.jar");
        Files.write(bundle, renamed(jar("storage-memory"), "memory", "fs"));
        Installation.await(
                "it is told: " + plugins(), () -> plugins().contains("not taken up: the log"));
        assertThat(sunaba.exec("storage:list").expectSuccess().text()).isEqualTo(before);
        assertThat(Files.readString(sunaba.data().resolve("log/sunaba.log")))
                .contains("storage 'fs' of this bundle holds other records");

        Files.delete(bundle);
        Installation.await(
                "it is gone: " + plugins(), () -> !plugins().contains("not taken up: the log"));
        assertThat(sunaba.exec("storage:list").expectSuccess().text()).isEqualTo(before);
    }

    /// Returns a bundle whose component has another plugin's name, and a higher ranking.
    private static byte[] renamed(Path jar, String from, String to) throws IOException {
        ByteArrayOutputStream renamed = new ByteArrayOutputStream();
        try (JarInputStream in = new JarInputStream(Files.newInputStream(jar));
                JarOutputStream out = new JarOutputStream(renamed, in.getManifest())) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                byte[] content = in.readAllBytes();
                if (entry.getName().equals(COMPONENT)) {
                    String component = new String(content, UTF_8);
                    String name = "name=\"sunaba.name\" type=\"String\" value=\"%s\"/>";
                    assertThat(component).contains(name.formatted(from));
                    content =
                            component
                                    .replace(
                                            name.formatted(from),
                                            name.formatted(to)
                                                    + "<property name=\"service.ranking\""
                                                    + " type=\"Integer\" value=\"100\"/>")
                                    .getBytes(UTF_8);
                }
                out.write(content);
                out.closeEntry();
            }
        }
        return renamed.toByteArray();
    }

    @Test
    void storageInAServerComesAndGoes() throws IOException {
        Path data = Files.createTempDirectory(projects.folder(), "redis");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        sunaba.configure("org.example.sunaba.storage.redis", "server", "redis://127.0.0.1:" + port);
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
            sunaba.configure("org.example.sunaba.storage.redis", "prefix", "itest/");
            awaitActive("storage", "redis");

            sunaba.exec("storage:use redis").expectSuccess();
            assertThat(sunaba.exec("storage:list").expectSuccess().text())
                    .containsPattern("redis +true");

            sunaba.exec("storage:use fs").expectSuccess();
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

        sunaba.exec("sandbox:create --id queued --factory queue --memory 128M").expectSuccess();
        assertThat(sunaba.exec("sandbox:status queued").expectSuccess().text())
                .containsPattern("FACTORY +queue");

        Files.delete(bundle);
        awaitGone("queue");
        sunaba.exec("sandbox:stop queued").expectSuccess();
        sunaba.exec("sandbox:delete queued").expectSuccess();
        sunaba.assertNothingLeft();
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
            sunaba.configure("org.example.sunaba.hypervisor.remote", "directory", place.toString());
            Path bundle = deploy("hypervisor-remote");
            awaitActive("hypervisor", "remote");

            Installation.Result ran =
                    sunaba.exec(
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
