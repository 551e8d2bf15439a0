package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sunaba.vmm.DescriptorConnection;
import io.sunaba.vmm.TapDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A connection to QEMU's second monitor, to which open files can be handed. QEMU keeps such a file
/// by a name, for commands that come over this monitor. For one thread and a few commands.
final class DescriptorMonitor implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Path socket;
    private final DescriptorConnection connection;

    private DescriptorMonitor(Path socket) throws IOException {
        this.socket = socket;
        this.connection = DescriptorConnection.open(socket, TIMEOUT);
    }

    /// Connects.
    ///
    /// @throws IOException if QEMU does not answer
    static DescriptorMonitor open(Path socket) throws IOException, QmpException {
        DescriptorMonitor monitor = new DescriptorMonitor(socket);
        boolean open = false;
        try {
            monitor.execute("qmp_capabilities", new JsonObject(), null);
            open = true;
            return monitor;
        } finally {
            if (!open) {
                monitor.close();
            }
        }
    }

    /// Runs a command.
    ///
    /// @param attached what QEMU gets with it, or null
    /// @throws QmpException if QEMU refuses it
    /// @throws IOException if QEMU does not answer
    void execute(String command, JsonObject arguments, @Nullable TapDevice attached)
            throws IOException, QmpException {
        JsonObject message = new JsonObject();
        message.addProperty("execute", command);
        if (!arguments.isEmpty()) {
            message.add("arguments", arguments);
        }
        try {
            connection.send(message.toString(), attached);
            JsonObject answer = receive();
            // Its greeting and its events come in between.
            while (!answer.has("return") && !answer.has("error")) {
                answer = receive();
            }
            if (answer.has("error")) {
                throw QmpException.of(command, answer.getAsJsonObject("error"));
            }
        } catch (JsonParseException | IllegalStateException e) {
            throw new IOException(socket + " says what is no QMP", e);
        } catch (IOException e) {
            throw new IOException("QEMU did not answer %s over %s".formatted(command, socket), e);
        }
    }

    private JsonObject receive() throws IOException {
        return JsonParser.parseString(connection.receive()).getAsJsonObject();
    }

    @Override
    public void close() {
        connection.close();
    }
}
