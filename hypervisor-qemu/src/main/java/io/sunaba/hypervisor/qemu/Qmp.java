package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.vmm.UnixConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection to the monitor of a QEMU process, in its QMP protocol. QEMU serves one at a time.
///
/// One thread reads; it hands out events and answers in the order in which they come, so whoever
/// has an answer knows that the events before it have been dealt with.
final class Qmp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Qmp.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final Path socket;
    private final Events events;
    private final UnixConnection connection;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Request> requests = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> greeted = new CompletableFuture<>();
    private volatile boolean ended;
    private volatile boolean closed;

    /// Who listens to what QEMU says unasked. Called by the reading thread.
    interface Events {
        /// Called for each event.
        void event(String name, JsonObject data);

        /// Called once when the connection has ended, unless this side closed it.
        void ended();
    }

    private record Request(String command, CompletableFuture<JsonElement> answer) {}

    private Qmp(Path socket, Events events) throws IOException {
        this.socket = socket;
        this.events = events;
        this.connection = new UnixConnection(socket);
    }

    /// Connects, and returns when QEMU takes commands.
    ///
    /// @throws UnavailableException if nobody listens or QEMU does not answer in time
    static Qmp open(Path socket, Events events, Duration timeout) throws InterruptedException {
        Qmp qmp;
        try {
            qmp = new Qmp(socket, events);
        } catch (IOException e) {
            throw new UnavailableException("cannot open a unix socket", e);
        }
        Thread.ofVirtual().name("qmp " + socket).start(qmp::read);
        boolean open = false;
        try {
            qmp.greeted.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            wait(qmp.send("qmp_capabilities", new JsonObject()), "qmp_capabilities", timeout);
            open = true;
            return qmp;
        } catch (TimeoutException | TimedOutException e) {
            throw new UnavailableException(
                    "QEMU at %s does not answer within %d ms".formatted(socket, timeout.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw new UnavailableException("cannot talk to QEMU at " + socket, e.getCause());
        } catch (QmpException e) {
            throw new UnavailableException("cannot talk to QEMU at " + socket, e);
        } finally {
            if (!open) {
                qmp.close();
            }
        }
    }

    /// Runs a command and returns its result. When interrupted it does not wait for the result: the
    /// command may have been run or not.
    ///
    /// @throws QmpException if QEMU refuses it
    /// @throws TimedOutException if QEMU does not answer
    /// @throws UnavailableException if the connection ended
    JsonElement execute(String command, JsonObject arguments)
            throws QmpException, InterruptedException {
        return wait(send(command, arguments), command, ANSWER_TIMEOUT);
    }

    /// Runs a command as [#execute] does, but waits for its result also when interrupted; the
    /// interrupt is kept for later.
    JsonElement executeToTheEnd(String command, JsonObject arguments) throws QmpException {
        CompletableFuture<JsonElement> answer = send(command, arguments);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait(answer, command, ANSWER_TIMEOUT);
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Sends a command and returns its result to come.
    CompletableFuture<JsonElement> send(String command, JsonObject arguments) {
        long id = lastId.incrementAndGet();
        JsonObject message = new JsonObject();
        message.addProperty("execute", command);
        message.addProperty("id", id);
        if (!arguments.isEmpty()) {
            message.add("arguments", arguments);
        }
        Request request = new Request(command, new CompletableFuture<>());
        requests.put(id, request);
        LOG.debug("{} < {}", socket, message);
        connection.send((message + "\n").getBytes(StandardCharsets.UTF_8));
        if (ended) {
            fail(request);
        }
        return request.answer();
    }

    /// Waits for the result of a command that was sent, as [#execute] does.
    static JsonElement answer(CompletableFuture<JsonElement> sent, String command)
            throws QmpException, InterruptedException {
        return wait(sent, command, ANSWER_TIMEOUT);
    }

    private static JsonElement wait(
            CompletableFuture<JsonElement> answer, String command, Duration timeout)
            throws QmpException, InterruptedException {
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    "QEMU did not answer %s within %d ms".formatted(command, timeout.toMillis()),
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QmpException refused) {
                throw refused;
            }
            throw new UnavailableException(
                    "the connection to QEMU ended during " + command, e.getCause());
        }
    }

    private void read() {
        try (connection) {
            connection.connect();
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(connection.input(), StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (line != null) {
                LOG.debug("{} > {}", socket, line);
                receive(JsonParser.parseString(line).getAsJsonObject());
                line = lines.readLine();
            }
            greeted.completeExceptionally(new IOException("the connection ended"));
        } catch (IOException e) {
            LOG.debug("{}: {}", socket, e.toString());
            greeted.completeExceptionally(e);
        } catch (RuntimeException e) {
            LOG.error("{}: QEMU said what is no QMP, its connection is closed", socket, e);
            greeted.completeExceptionally(e);
        }
        ended = true;
        requests.values().forEach(this::fail);
        if (!closed) {
            events.ended();
        }
    }

    private void receive(JsonObject message) {
        if (message.has("QMP")) {
            greeted.complete(null);
        } else if (message.has("event")) {
            JsonElement data = message.get("data");
            events.event(
                    message.get("event").getAsString(),
                    data == null ? new JsonObject() : data.getAsJsonObject());
        } else if (message.has("id")) {
            Request request = requests.remove(message.get("id").getAsLong());
            if (request != null) {
                answer(request, message);
            }
        }
    }

    private static void answer(Request request, JsonObject message) {
        if (!message.has("error")) {
            JsonElement result = message.get("return");
            request.answer().complete(result == null ? JsonNull.INSTANCE : result);
            return;
        }
        request.answer()
                .completeExceptionally(
                        QmpException.of(request.command(), message.getAsJsonObject("error")));
    }

    private void fail(Request request) {
        request.answer().completeExceptionally(new IOException("the connection ended"));
    }

    @Override
    public void close() {
        closed = true;
        connection.close();
    }
}
