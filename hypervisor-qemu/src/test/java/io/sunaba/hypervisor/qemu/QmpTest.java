package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.error.UnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A monitor that keeps to the protocol, and one that does not.
class QmpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

    @TempDir Path directory;
    private Path socket;
    private ServerSocketChannel server;
    private final Listener listener = new Listener();

    /// What the other side says to one command.
    @FunctionalInterface
    private interface Answer {
        String to(String command, String id);
    }

    private static final class Listener implements Qmp.Events {
        private final List<String> events = new ArrayList<>();
        private final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public void event(String name, JsonObject data) {
            events.add(name + data);
        }

        @Override
        public void ended() {
            ended.countDown();
        }
    }

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("qmp.sock");
        server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /// Serves one connection: accepts the capabilities, and lets a script answer the rest. An empty
    /// answer ends the connection.
    private void serve(Answer script) {
        Thread.ofVirtual()
                .start(() -> {
                    try (SocketChannel channel = server.accept()) {
                        say(channel, GREETING);
                        converse(channel, script);
                    } catch (ClosedChannelException _) {
                        // the test is over
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private static void converse(SocketChannel channel, Answer script) throws IOException {
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                Channels.newInputStream(channel), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            JsonObject message = JsonParser.parseString(line).getAsJsonObject();
            String command = message.get("execute").getAsString();
            String id = message.get("id").toString();
            String answer =
                    command.equals("qmp_capabilities")
                            ? "{\"return\": {}, \"id\": " + id + "}\r\n"
                            : script.to(command, id);
            if (answer.isEmpty()) {
                return;
            }
            say(channel, answer);
            line = lines.readLine();
        }
    }

    private static void say(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Qmp open() throws InterruptedException {
        return Qmp.open(socket, listener, PATIENCE);
    }

    private static JsonObject nothing() {
        return new JsonObject();
    }

    @Test
    void eventsAreHeardBeforeTheAnswerThatFollowsThem() throws Exception {
        serve((command, id) ->
                "{\"event\": \"RESUME\"}\r\n{\"event\": \"X\", \"data\": {\"a\": 1}}\r\n"
                        + "{\"return\": \""
                        + command
                        + "\", \"id\": "
                        + id
                        + "}\r\n");
        try (Qmp qmp = open()) {
            assertThat(qmp.execute("cont", nothing()).getAsString()).isEqualTo("cont");
            assertThat(listener.events).containsExactly("RESUME{}", "X{\"a\":1}");
        }
    }

    @Test
    void refusalsHaveTheirClassAndOneLine() throws Exception {
        serve((_, id) ->
                "{\"error\": {\"class\": \"GenericError\", \"desc\": \"one\\nIs it two?\\n\"},"
                        + " \"id\": "
                        + id
                        + "}\r\n");
        try (Qmp qmp = open()) {
            QmpException refusal =
                    catchThrowableOfType(
                            QmpException.class, () -> qmp.execute("device_add", nothing()));
            assertThat(refusal.errorClass()).isEqualTo("GenericError");
            assertThat(refusal.description()).isEqualTo("one; Is it two?");
            assertThat(refusal).hasMessageContaining("QEMU refused device_add: one;");
        }
    }

    @Test
    void answersFindTheirCommandsWhateverTheirOrder() throws Exception {
        String[] held = new String[1];
        serve((command, id) -> {
            String answer = "{\"return\": \"" + command + "\", \"id\": " + id + "}\r\n";
            if (command.equals("first")) {
                held[0] = answer;
                return "{\"event\": \"HELD\"}\r\n";
            }
            return answer + held[0];
        });
        try (Qmp qmp = open()) {
            CompletableFuture<?> first = qmp.send("first", nothing());
            assertThat(qmp.execute("second", nothing()).getAsString()).isEqualTo("second");
            assertThat(first.get(10, TimeUnit.SECONDS)).hasToString("\"first\"");
        }
    }

    @Test
    void theEndOfTheConnectionFailsWhatIsUnderWayAndWhatFollows() throws Exception {
        serve((_, _) -> "");
        Qmp qmp = open();
        assertThatThrownBy(() -> qmp.execute("stop", nothing()))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the connection to QEMU ended during stop");
        assertThat(listener.ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> qmp.execute("cont", nothing()))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the connection to QEMU ended during cont");
    }

    @Test
    void nonsenseEndsTheConnection() throws Exception {
        for (String nonsense : List.of("}{\r\n", "[]\r\n", "null\r\n", "{\"event\": []}\r\n")) {
            serve((_, _) -> nonsense);
            Qmp qmp = open();
            assertThatThrownBy(() -> qmp.execute("stop", nothing()))
                    .isInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void whoeverDoesNotGreetIsGivenUp() throws Exception {
        assertThatThrownBy(() -> Qmp.open(socket, listener, Duration.ofMillis(50)))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("QEMU at %s does not answer within 50 ms", socket);
        assertThatThrownBy(
                        () -> Qmp.open(directory.resolve("none"), listener, Duration.ofSeconds(10)))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void anInterruptLeavesTheConnectionToOthers() throws Exception {
        // Without an answer, so that there is something to wait for.
        serve((command, id) ->
                command.equals("stop")
                        ? "{\"event\": \"HELD\"}\r\n"
                        : "{\"return\": \"" + command + "\", \"id\": " + id + "}\r\n");
        try (Qmp qmp = open()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> qmp.execute("stop", nothing()))
                    .isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThat(qmp.executeToTheEnd("one", nothing()).getAsString()).isEqualTo("one");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(qmp.execute("two", nothing()).getAsString()).isEqualTo("two");
        }
    }
}
