package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.sunaba.itests.Installation.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What whoever runs the distribution relies on: `etc/`, `deploy/`, `doctor`. No machine is booted.
class DistributionIT {
    private static Installation sunaba;
    private static Result firstStart;
    private static int port;

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack();
        firstStart = sunaba.sunaba("start").expectSuccess();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    private static List<Path> configurationFiles() throws IOException {
        try (Stream<Path> files = Files.list(sunaba.home().resolve("etc"))) {
            return files.filter(file -> file.toString().endsWith(".cfg")).sorted().toList();
        }
    }

    private static String plugins() {
        return sunaba.exec("plugin:list").expectSuccess().text();
    }

    private static String log() throws IOException {
        return Files.readString(sunaba.data().resolve("log/sunaba.log"));
    }

    @Test
    void theFirstStartSaysWhatItIsHowToGetHelpAndHowToLeave() {
        assertThat(firstStart.text())
                .contains("ready in", "virtual machines", "help", "shell", "doctor", "stop");
        assertThat(firstStart.text().lines().count()).as("a screen").isLessThan(24);
    }

    @Test
    void theLayoutIsThere() {
        for (String part :
                List.of("bin/sunaba", "etc", "deploy", "system", "lib/version", "guest")) {
            assertThat(sunaba.home().resolve(part)).exists();
        }
    }

    @Test
    void itIsSmall() throws IOException {
        Path guest = sunaba.home().resolve("guest");
        try (Stream<Path> files = Files.walk(sunaba.home())) {
            long bytes =
                    files.filter(file -> !file.startsWith(guest) && Files.isRegularFile(file))
                            .mapToLong(file -> file.toFile().length())
                            .sum();
            assertThat(bytes).as("without the guest image").isLessThan(40_000_000);
        }
    }

    /// What keeps the client's classes is made once, and is no matter to what clients say.
    @Test
    void clientsKeepTheirClassesWhereTheyCan() throws Exception {
        Result early =
                sunaba.withData(sunaba.data().resolveSibling("none"))
                        .sunaba("exec", "sandbox:list");
        assertThat(early.expectOneLine("does not run").text()).isEmpty();

        assertThat(sunaba.sunaba("exec", "echo one").expectSuccess().text()).isEqualTo("one\n");
        Installation.await(
                "one archive",
                () -> clientArchives().size() == 1 && clientArchives().getFirst().endsWith(".jsa"));
        assertThat(sunaba.sunaba("exec", "echo two").expectSuccess().text()).isEqualTo("two\n");

        Files.write(
                sunaba.data().resolve("cache").resolve(clientArchives().getFirst()), new byte[100]);
        assertThat(sunaba.sunaba("exec", "echo three").expectSuccess().text()).isEqualTo("three\n");
    }

    /// A JVM that is to keep its own classes when it ends crashes now and then when it unloads
    /// some.
    @Test
    void thePlatformItselfWritesNoClasses() {
        String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
        String pid = Long.toString(sunaba.daemon().pid());
        assertThat(sunaba.command(jcmd, pid, "VM.flags", "-all").expectSuccess().text())
                .containsPattern("AutoCreateSharedArchive +=+ +false")
                .containsPattern("ArchiveClassesAtExit +=+ +[{\\n]");
    }

    private static List<String> clientArchives() {
        try (Stream<Path> files = Files.list(sunaba.data().resolve("cache"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("client-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everybody's configuration, in turn: what nobody knows is told with file, key and what is
    /// allowed, and changes nothing.
    @Test
    void anUnknownPropertyIsToldAndChangesNothing() throws Exception {
        List<Path> files = configurationFiles();
        assertThat(files).hasSizeGreaterThan(8);
        String before = plugins();
        for (Path file : files) {
            String text = Files.readString(file);
            Files.writeString(file, text + "\nnonesuch = 1\n");
            Installation.await(
                    "word of " + file,
                    () -> plugins().contains(file + ": nonesuch is no property; there are "));
            assertThat(log()).contains(file + ": nonesuch is no property; there are ");
            assertThat(plugins()).as("what it said before").contains("stays in force");
            Result doctor = sunaba.sunaba("doctor");
            assertThat(doctor.status()).isEqualTo(1);
            assertThat(doctor.text()).contains(file + ": nonesuch is no property");
            Files.writeString(file, text);
            Installation.await("no word of " + file, () -> plugins().equals(before));
        }
    }

    @Test
    void anInvalidValueLeavesTheOneBeforeInForceAlsoAfterARestart() throws Exception {
        Path file = sunaba.home().resolve("etc/io.sunaba.metrics.cfg");
        String text = Files.readString(file);
        try (ServerSocket free = new ServerSocket(0)) {
            sunaba.configure("io.sunaba.metrics", "port", Integer.toString(free.getLocalPort()));
            port = free.getLocalPort();
        }
        sunaba.configure("io.sunaba.metrics", "enabled", "true");
        Installation.await("the port", DistributionIT::served);
        sunaba.configure("io.sunaba.metrics", "port", "lots");
        String word = file + ": port is 'lots': it must be a number from 1 to 65535";
        Installation.await("word of it", () -> plugins().contains(word));
        assertThat(served()).isTrue();

        sunaba.sunaba("stop").expectSuccess();
        assertThat(served()).isFalse();
        sunaba.sunaba("start").expectSuccess();
        Installation.await("the port", DistributionIT::served);
        assertThat(plugins()).contains(word);

        Files.writeString(file, text);
        Installation.await("the port's end", () -> !served());
        assertThat(plugins()).doesNotContain("lots");
    }

    private static boolean served() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void aFileThatIsInErrorAtTheVeryFirstStartKeepsItFromStarting() throws Exception {
        try (Installation fresh = Installation.unpack()) {
            fresh.configure("io.sunaba.core", "defualt.memory", "1G");

            fresh.sunaba("start")
                    .expectOneLine(
                            "io.sunaba.core.cfg: defualt.memory is no property", "default.memory");
            assertThat(fresh.sunaba("status").status()).isEqualTo(3);
            fresh.configure("io.sunaba.core", "default.memory", "1G");
            Path file = fresh.home().resolve("etc/io.sunaba.core.cfg");
            Files.writeString(file, Files.readString(file).replace("defualt.memory", "#"));
            fresh.sunaba("start").expectSuccess();
        }
    }

    @Test
    void aBundleComesAndGoesWithItsFile() throws Exception {
        Path jar = sunaba.home().resolve("deploy/visitor.jar");
        assertThat(bundles()).doesNotContain("visitor");
        Path made = Files.createTempFile(sunaba.data(), "visitor", null);
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", "visitor");
        new JarOutputStream(Files.newOutputStream(made), manifest).close();
        Files.move(made, jar);

        Installation.await("its start", () -> bundles().matches("(?s).*Active[^\n]*visitor.*"));
        Files.delete(jar);
        Installation.await("its end", () -> !bundles().contains("visitor"));
    }

    private static String bundles() {
        return sunaba.exec("lb -s").expectSuccess().text();
    }

    @Test
    void doctorKnowsARunningPlatform() {
        Result doctor = sunaba.sunaba("doctor");

        assertThat(doctor.text()).contains("it runs and answers");
        assertThat(doctor.status()).as(doctor.text()).isZero();
        JsonArray findings =
                JsonParser.parseString(sunaba.sunaba("doctor", "--json").text()).getAsJsonArray();
        assertThat(findings)
                .extracting(DistributionIT::subject)
                .contains(
                        "java",
                        "qemu",
                        "kvm",
                        "mkfs.erofs",
                        "guest image",
                        "data",
                        "space",
                        "configuration");
        assertThat(sunaba.sunaba("doctor", "--nonesuch").expectOneLine("--nonesuch").status())
                .isEqualTo(2);
    }

    private static String subject(JsonElement finding) {
        return finding.getAsJsonObject().get("subject").getAsString();
    }

    @Test
    void doctorKnowsWhatAKilledPlatformLeaves() {
        sunaba.killDaemon();

        Result doctor = sunaba.sunaba("doctor");
        assertThat(doctor.text()).contains("it does not run", "left by a platform that was killed");
        assertThat(doctor.status()).as(doctor.text()).isZero();
        assertThat(
                        sunaba.command(
                                "env",
                                "-i",
                                "SUNABA_JAVA=/nonesuch",
                                "PATH=/usr/bin:/bin",
                                sunaba.home().resolve("bin/sunaba").toString(),
                                "doctor"))
                .satisfies(it -> assertThat(it.status()).isEqualTo(1))
                .satisfies(it -> assertThat(it.text()).contains("/nonesuch", "apt install"));
        sunaba.start();
    }
}
