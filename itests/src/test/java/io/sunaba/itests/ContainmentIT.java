package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.itests.odd.Hangs;
import io.sunaba.itests.odd.Leaks;
import io.sunaba.itests.odd.ThrowsError;
import io.sunaba.itests.odd.ThrowsException;
import io.sunaba.storage.MetadataStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Plugins of every kind that throw, hang, return null or leak cost whoever chose them an error
/// that names them, and nobody else anything.
class ContainmentIT {
    private static final List<String> KINDS = List.of("agent", "factory", "hypervisor", "storage");

    private static Installation sunaba;

    @BeforeAll
    static void start() throws IOException {
        sunaba = Installation.unpack();
        sunaba.configure("io.sunaba.core", "plugin.grace", "500ms");
        pack(sunaba.home().resolve("deploy/odd.jar"));
        sunaba.start();
        awaitAll();
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    private static void pack(Path jar) throws IOException {
        PluginJar odd =
                new PluginJar("com.example.odd", Hangs.class)
                        .header(
                                "Import-Package",
                                "io.sunaba.agent,io.sunaba.error,io.sunaba.factory,"
                                        + "io.sunaba.hypervisor,io.sunaba.storage");
        component(odd, "exception", ThrowsException.class);
        component(odd, "error", ThrowsError.class);
        component(odd, "hanging", Hangs.class);
        component(odd, "leaking", Leaks.class);
        odd.write(jar);
    }

    private static void component(PluginJar odd, String name, Class<?> type) {
        odd.component(
                name,
                type,
                AgentDriver.class,
                Hypervisor.class,
                MetadataStorage.class,
                VmFactory.class);
    }

    private static String list() {
        return sunaba.exec("plugin:list").expectSuccess().text();
    }

    /// The one that leaks comes last.
    private static void awaitAll() {
        Installation.await(
                "the plugins are there",
                () -> {
                    String list = list();
                    return list.contains("leaking")
                            && KINDS.stream()
                                    .allMatch(kind ->
                                            Pattern.compile(
                                                            kind
                                                                    + " +hanging .*does not become ready")
                                                    .matcher(list)
                                                    .find());
                });
    }

    @Test
    void listTellsOfEachWhatAilsIt() {
        assertThat(list())
                .containsPattern("ThrowsException failed: I throw")
                .containsPattern("ThrowsError failed: I lack a class");
        for (String kind : KINDS) {
            assertThat(list())
                    .containsPattern(kind + " +hanging +com.example.odd .*does not become ready")
                    .containsPattern(kind + " +leaking +com.example.odd .*active");
        }
        assertThat(list())
                .containsPattern("storage +fs .*active")
                .containsPattern("hypervisor +qemu .*active")
                .containsPattern("factory +template .*active")
                .containsPattern("factory +cache .*active");
    }

    @Test
    void whoeverChoosesOneIsToldItsName() {
        sunaba.exec("storage:use exception")
                .expectOneLine("the storage plugin 'exception' failed: I throw");
        sunaba.exec("storage:use error")
                .expectOneLine("the storage plugin 'error' failed: I lack a class");
        sunaba.exec("storage:use hanging")
                .expectOneLine("the storage plugin 'hanging' failed: it has not become ready");
        for (String name : List.of("exception", "error", "hanging")) {
            sunaba.exec("sandbox:create --hypervisor " + name)
                    .expectOneLine("the hypervisor plugin '" + name + "' failed: ");
            sunaba.exec("sandbox:create --factory " + name)
                    .expectOneLine("the factory plugin '" + name + "' failed: ");
        }
        sunaba.exec("sandbox:create --hypervisor leaking")
                .expectOneLine(
                        "the hypervisor plugin 'leaking': capabilities failed:"
                                + " java.lang.StackOverflowError: I am odd");
        sunaba.assertNothingLeft();
    }

    @Test
    void bundleGoesAndTheOthersServe() throws Exception {
        Path deployed = sunaba.home().resolve("deploy/odd.jar");
        Path aside = sunaba.home().resolve("odd.jar");
        Files.move(deployed, aside);
        Installation.await("it is gone", () -> !list().contains("com.example.odd"));
        assertThat(sunaba.exec("storage:list").expectSuccess().text()).contains("fs");
        Files.move(aside, deployed);
        awaitAll();
    }
}
