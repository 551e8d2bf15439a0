package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.itests.Installation.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The SSH console, with the client that everybody has.
class SshIT {
    private static Installation sunaba;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        sunaba = Installation.unpack().cloning().start();
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThat(open()).as("off by default").isFalse();
        for (String name : List.of("known", "stranger")) {
            sunaba.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key(name))
                    .expectSuccess();
        }
        Path keys = sunaba.home().resolve("etc/authorized_keys");
        Files.writeString(
                keys, "# those who may\n" + Files.readString(Path.of(key("known") + ".pub")));
        sunaba.configure("io.sunaba.ssh", "port", Integer.toString(port));
        sunaba.configure("io.sunaba.ssh", "enabled", "true");
        Installation.await("the port", SshIT::open);
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    private static String key(String name) {
        return sunaba.data().resolve(name).toString();
    }

    private static boolean open() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    private static List<String> command(String name, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "ssh",
                                "-F",
                                "/dev/null",
                                "-i",
                                key(name),
                                "-p",
                                Integer.toString(port),
                                "-o",
                                "IdentitiesOnly=yes",
                                "-o",
                                "IdentityAgent=none",
                                "-o",
                                "BatchMode=yes",
                                "-o",
                                "LogLevel=ERROR",
                                "-o",
                                "StrictHostKeyChecking=accept-new",
                                "-o",
                                "UserKnownHostsFile=" + key("hosts")));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Result ssh(String... arguments) {
        return sunaba.command(command("known", arguments).toArray(String[]::new));
    }

    @Test
    void aLineRunsAsByTheLocalSocket() {
        assertThat(ssh("me@127.0.0.1", "plugin:list").expectSuccess().text())
                .isEqualTo(sunaba.exec("plugin:list").text());
        Result failed = ssh("me@127.0.0.1", "sandbox:status nonesuch").expectOneLine("nonesuch");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.errors()).isEqualTo(sunaba.exec("sandbox:status nonesuch").errors());
        assertThat(ssh("me@127.0.0.1", "sandbox:status").status()).as("wrong use").isEqualTo(2);
    }

    @Test
    void inputArrivesWhole() {
        String text = "0123456789abcdef\n".repeat(20_000);
        Result echoed =
                sunaba.commandWithInput(
                        text.getBytes(UTF_8),
                        command("known", "me@127.0.0.1", "cat").toArray(String[]::new));

        assertThat(echoed.expectSuccess().text()).isEqualTo(text);
        assertThat(
                        sunaba.commandWithInput(
                                        "echo one\necho two\n".getBytes(UTF_8),
                                        command("known", "-T", "me@127.0.0.1")
                                                .toArray(String[]::new))
                                .expectSuccess()
                                .text())
                .isEqualTo("one\ntwo\n");
    }

    @Test
    void aPersonHasCompletion() {
        try (Pty pty = new Pty(sunaba)) {
            pty.type(String.join(" ", command("known", "me@127.0.0.1")) + "\r").await("sunaba> ");
            pty.type("plugin:li\t").await("plugin:list").type("\r").await("io.sunaba.core");
            pty.await("sunaba> ").type("exit\r").await("host> ");
            pty.type("echo $((20 + 3))\r").await("23");
        }
    }

    @Test
    void aPersonGoesOnWhenTheShellIsReplaced() throws Exception {
        Path jar = Files.createTempFile(sunaba.home(), "shell", ".jar");
        Files.write(
                jar, Rebuilt.with("io.sunaba.shell", Map.of("Bundle-Version", "1.0.0.rebuilt")));
        try (Pty pty = new Pty(sunaba)) {
            pty.type(String.join(" ", command("known", "me@127.0.0.1")) + "\r").await("sunaba> ");
            sunaba.sunaba("exec", "plugin:swap io.sunaba.shell " + jar).expectSuccess();
            pty.await("The shell was replaced meanwhile.").await("sunaba> ");
            pty.type("plugin:list\r").await("io.sunaba.core").await("sunaba> ");
            pty.type("exit\r").await("host> ");
        }
    }

    @Test
    void strangersStayOutside() throws Exception {
        assertThat(
                        sunaba.command(
                                command("stranger", "me@127.0.0.1", "plugin:list")
                                        .toArray(String[]::new)))
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(255))
                .satisfies(refused ->
                        assertThat(refused.errors()).contains("Permission denied (publickey)"))
                .satisfies(refused -> assertThat(refused.text()).isEmpty());
        Path keys = sunaba.home().resolve("etc/authorized_keys");
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(ssh("me@127.0.0.1", "plugin:list").status())
                .as("a file that anybody may edit")
                .isEqualTo(255);
        assertThat(Files.readString(sunaba.data().resolve("log/sunaba.log")))
                .contains("chmod go-w " + keys);
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
        ssh("me@127.0.0.1", "plugin:list").expectSuccess();
    }

    @Test
    void theServerKeepsItsKeyToItself() throws Exception {
        Path key = sunaba.data().resolve("ssh/host_key");
        assertThat(Files.getPosixFilePermissions(key))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        byte[] before = Files.readAllBytes(key);

        sunaba.configure("io.sunaba.ssh", "enabled", "false");
        Installation.await("the port's end", () -> !open());
        sunaba.configure("io.sunaba.ssh", "enabled", "true");
        Installation.await("the port", SshIT::open);
        assertThat(Files.readAllBytes(key)).isEqualTo(before);
        ssh("me@127.0.0.1", "echo again").expectSuccess();
    }
}
