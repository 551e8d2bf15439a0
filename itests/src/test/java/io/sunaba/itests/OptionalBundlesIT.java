package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Health checks and web console: off, and turned on by their lines of `etc/startup.properties`. No
/// machine is booted.
class OptionalBundlesIT {
    private static final int NOBODY = -1;
    private static final String PASSWORD = "only for this test";

    private int port;

    @Test
    void theirLinesTurnThemOn() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Installation sunaba = Installation.unpack()) {
            sunaba.set("config.properties", "org.osgi.service.http.port", Integer.toString(port));
            sunaba.start();
            assertThat(sunaba.exec("hc:exec sunaba").status()).as("off").isNotZero();
            assertThat(console("admin")).as("off").isEqualTo(NOBODY);

            turnOn(sunaba, "(?!.*(jetty|webconsole|inventory|encoder|commons))");
            theChecksSayThatAllIsWell(sunaba);
            assertThat(console("admin")).as("off").isEqualTo(NOBODY);

            turnOn(sunaba, "");
            theChecksSayThatAllIsWell(sunaba);
            theConsoleAsksForThePassword(sunaba.home().resolve("etc/webconsole.password"));
            sunaba.sunaba("stop").expectSuccess();
            assertThat(console(PASSWORD)).as("stopped").isEqualTo(NOBODY);
        }
    }

    private static void turnOn(Installation sunaba, String which) throws IOException {
        Path lines = sunaba.home().resolve("etc/startup.properties");
        String text = Files.readString(lines);
        sunaba.sunaba("stop").expectSuccess();
        Files.writeString(lines, text.replaceAll("(?m)^#" + which + "optional/", "optional/"));
        sunaba.start();
    }

    private static void theChecksSayThatAllIsWell(Installation sunaba) {
        Installation.await(
                "the checks",
                () -> sunaba.exec("hc:exec sunaba").text().contains("Result: OK"),
                () -> sunaba.exec("hc:exec -v sunaba"));
        assertThat(sunaba.exec("hc:exec sunaba").expectSuccess().text())
                .contains("plugins", "sandboxes", "storage");
        assertThat(sunaba.exec("plugin:list").expectSuccess().text())
                .doesNotContain("no configuration", "misses", "failed");
    }

    private void theConsoleAsksForThePassword(Path file) throws Exception {
        Installation.await("the console", () -> console(null) == 401);
        assertThat(console("admin")).as("no password is set").isEqualTo(401);
        assertThat(console(PASSWORD)).as("no password is set").isEqualTo(401);

        Files.writeString(file, PASSWORD);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(console(PASSWORD)).as("others may read it").isEqualTo(401);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(console(PASSWORD)).isEqualTo(200);
        assertThat(console("admin")).isEqualTo(401);
        assertThat(console(null)).isEqualTo(401);
        assertThat(listening()).as("at the loopback interface alone").hasSize(1);
        assertThat(listening().getFirst()).contains("0100007F:%04X ".formatted(port));
    }

    /// Returns the sockets that listen at the port; IPv4's 127.0.0.1 ends an IPv6 address, too.
    private List<String> listening() throws IOException {
        List<String> sockets = new ArrayList<>();
        for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(file))) {
                if (line.matches(".*:%04X [0-9A-F]+:0000 0A .*".formatted(port))) {
                    sockets.add(line);
                }
            }
        }
        return sockets;
    }

    /// Returns the status that the console answers with, or [#NOBODY].
    private int console(@Nullable String password) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/system/console/bundles".formatted(port)));
        if (password != null) {
            byte[] login = ("operator:" + password).getBytes(UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return NOBODY;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
