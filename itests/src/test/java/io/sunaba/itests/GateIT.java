package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.itests.halting.Activator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Third parties' bundles in the packed distribution: who is let in, and what those are told who
/// are not.
class GateIT {
    private static final Path MEMORY =
            Installation.REPOSITORY.resolve(
                    "itests/src/test/plugins/memory-1.0/com.example.memory-1.0.0.jar");

    private static Installation sunaba;

    @BeforeAll
    static void start() throws Exception {
        sunaba = Installation.unpack();
        Path store = sunaba.home().resolve("etc/trust.p12");
        Path vendor = sunaba.home().resolve("vendor.p12");
        keytool(vendor, "-genkeypair", "-alias", "vendor", "-dname", "CN=Vendor", "-keyalg", "EC");
        Path certificate = sunaba.home().resolve("vendor.crt");
        keytool(vendor, "-exportcert", "-alias", "vendor", "-file", certificate.toString());
        keytool(store, "-importcert", "-alias", "vendor", "-file", certificate.toString());
        sunaba.start();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    private static void keytool(Path store, String... arguments) {
        jdk("keytool", "-keystore", store, "-noprompt", arguments);
    }

    private static void jdk(
            String tool, String option, Path store, String more, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(Path.of(System.getProperty("java.home"), "bin", tool).toString()));
        command.addAll(List.of(option, store.toString(), "-storepass", "changeit"));
        if (!more.isEmpty()) {
            command.add(more);
        }
        command.addAll(Arrays.asList(arguments));
        sunaba.command(command.toArray(String[]::new)).expectSuccess();
    }

    private static String list() {
        return sunaba.exec("plugin:list").expectSuccess().text();
    }

    private static String info(String name) {
        return sunaba.exec("plugin:info " + name).expectSuccess().text();
    }

    private static void require(boolean signature) throws IOException {
        sunaba.configure("io.sunaba.trust", "required", Boolean.toString(signature));
    }

    private static Path deployed(String name) {
        return sunaba.home().resolve("deploy").resolve(name);
    }

    /// Puts a file where it is watched, whole.
    private static void deploy(Path jar, String name) throws IOException {
        Path beside = Files.copy(jar, sunaba.home().resolve(name + ".copy"));
        Files.move(beside, deployed(name));
    }

    private static void log(String text) {
        Installation.await(
                "the log tells: " + text,
                () -> {
                    try {
                        return Files.readString(sunaba.data().resolve("log/sunaba.log"))
                                .contains(text);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    @Test
    void signatureIsAskedForWhileThePlatformRuns() throws Exception {
        deploy(MEMORY, "memory.jar");
        Installation.await("it is let in", () -> list().contains("com.example.memory"));
        sunaba.exec("storage:use memory").expectSuccess();
        assertThat(info("memory"))
                .contains("nobody: it is not signed", "io.sunaba.storage", "[1.0.0,2.0.0)");
        assertThat(info("io.sunaba.storage.fs")).contains("came with the platform");
        sunaba.exec("storage:use fs").expectSuccess();

        require(true);
        Installation.await("it is out", () -> list().contains("not let in: it is not signed"));
        log("Bundle com.example.memory 1.0.0");
        sunaba.configure("io.sunaba.core", "plugin.grace", "500ms");
        sunaba.exec("storage:use memory")
                .expectOneLine("'memory'", "com.example.memory is refused: it is not signed");
        assertThat(list()).containsPattern("storage +fs .*active");
        sunaba.exec("sandbox:list").expectSuccess();

        sunaba.sunaba("stop").expectSuccess();
        sunaba.start();
        Installation.await("it stays out", () -> list().contains("not let in: it is not signed"));
        assertThat(list()).containsPattern("hypervisor +qemu .*active");

        Path signed = Files.copy(MEMORY, sunaba.home().resolve("signed.jar"));
        jdk(
                "jarsigner",
                "-keystore",
                sunaba.home().resolve("vendor.p12"),
                "",
                signed.toString(),
                "vendor");
        Files.delete(deployed("memory.jar"));
        Installation.await("it is gone", () -> !list().contains("com.example.memory"));
        deploy(signed, "memory.jar");
        Installation.await(
                "the signed one is in",
                () -> list().matches("(?s).*storage +memory +com.example.memory [^\n]*active.*"));
        assertThat(info("memory")).contains("CN=Vendor, trusted");

        require(false);
        Files.delete(deployed("memory.jar"));
        Installation.await("it is gone", () -> !list().contains("com.example.memory"));
    }

    @Test
    void pluginOfAnotherApiIsToldWhatItLacks() throws Exception {
        new PluginJar("com.example.future", Activator.class)
                .header(
                        "Import-Package",
                        "io.sunaba.storage;version=\"[2.0,3)\",org.osgi.framework")
                .write(deployed("future.jar"));
        String told =
                "it needs package io.sunaba.storage in version [2.0.0,3.0.0), and there is 1.";
        Installation.await("the list tells", () -> list().contains("not let in: " + told));
        log("is not let in: " + told);
        assertThat(info("com.example.future")).contains(told);
        Files.delete(deployed("future.jar"));
        Installation.await("it is gone", () -> !list().contains("com.example.future"));
    }
}
