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

/// The platform as a service of a real systemd, set up as the documents say, by a user without
/// privileges.
class SystemdIT {
    private static Installation sunaba;
    private static Process host;
    private static List<String> inside = List.of();

    @BeforeAll
    static void boot() throws IOException {
        sunaba = Installation.unpack();
        Path folder = requireNonNull(sunaba.home().getParent());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        host =
                sunaba.builder(
                                List.of(
                                        Installation.REPOSITORY
                                                .resolve("itests/systemd/host")
                                                .toString(),
                                        folder.toString()))
                        .inheritIO()
                        .start();
        Installation.await("systemd", SystemdIT::isUp);
    }

    private static boolean isUp() {
        assertThat(host.isAlive()).as("systemd does not start; it takes root").isTrue();
        String first =
                host.descendants()
                        .filter(it -> it.info().command().orElse("").endsWith("/systemd"))
                        .findFirst()
                        .map(it -> Long.toString(it.pid()))
                        .orElse("");
        inside = List.of("nsenter", "-m", "-u", "-i", "-p", "-C", "-t", first);
        return !first.isEmpty() && run("systemctl is-system-running").text().equals("running\n");
    }

    @AfterAll
    static void shutDown() throws InterruptedException {
        host.destroy();
        host.waitFor();
        sunaba.close();
    }

    private static Result run(String command) {
        List<String> words = new ArrayList<>(inside);
        words.addAll(
                List.of("sh", "-c", "SUNABA_DATA=/var/lib/sunaba; export SUNABA_DATA; " + command));
        return sunaba.command(words.toArray(String[]::new));
    }

    private static String sunaba(String line) {
        return run(sunaba.home() + "/bin/sunaba exec '" + line + "'").expectSuccess().text();
    }

    @Test
    void theServiceIsAsTheDocumentSays() {
        List<Document.Step> steps =
                Document.read("docs/operations.md").parts().stream()
                        .filter(Document.Step.class::isInstance)
                        .map(Document.Step.class::cast)
                        .filter(step -> step.user() == Document.User.ROOT)
                        .toList();
        assertThat(steps).hasSizeGreaterThan(8);
        try (ShellSession shell = new ShellSession(sunaba.home(), Map.of(), inside)) {
            shell.run("cd " + sunaba.home());
            for (Document.Step step : steps) {
                step.expect("docs/operations.md", step.command(), shell.run(step.command()));
            }
        }
        machinesOutliveTheService();
        assertThat(run("journalctl --no-pager --unit sunaba --output cat").text())
                .contains("sunaba: ready in");
    }

    private static void machinesOutliveTheService() {
        sunaba("sandbox:create --id kept --memory 128M");
        run("systemctl kill --signal=KILL --kill-whom=main sunaba").expectSuccess();
        Installation.await(
                "the service is back",
                () -> run(sunaba.home() + "/bin/sunaba exec sandbox:list").text().contains("kept"));
        assertThat(run("systemctl show --property NRestarts sunaba").text())
                .isEqualTo("NRestarts=1\n");

        run("systemctl stop sunaba").expectSuccess();
        assertThat(run("systemctl is-failed sunaba").text()).isEqualTo("inactive\n");
        assertThat(run("ls /run/sunaba-sunaba/*/qemu").expectSuccess().text()).hasLineCount(1);
        // By hand, and from where it finds no directory of the service.
        run("setpriv --reuid=sunaba --regid=sunaba --clear-groups "
                        + sunaba.home()
                        + "/bin/sunaba start")
                .expectSuccess();
        assertThat(sunaba("sandbox:status kept")).contains("ready");
        sunaba("sandbox:delete kept");
        run(sunaba.home() + "/bin/sunaba stop").expectSuccess();
        assertThat(run("ls /run/sunaba-sunaba").expectSuccess().text()).isEmpty();
    }
}
