package io.sunaba.hypervisor.clh;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a VMM tells of its own accord, through a pipe that it alone holds the other end of: the
/// pipe ends with it.
///
/// Reading a pipe takes a thread of the platform.
final class Events implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final int CHUNK = 4096;
    private static final int STACK_BYTES = 128 * 1024;

    /// Called by the thread that reads.
    interface Listener {
        void event(String source, String event, Map<String, String> properties);

        /// The pipe has ended, and nobody closed it.
        void ended();
    }

    private final String id;
    private final FileChannel pipe;
    private final Listener listener;
    private volatile boolean closed;

    private Events(String id, FileChannel pipe, Listener listener) {
        this.id = id;
        this.pipe = pipe;
        this.listener = listener;
    }

    /// Follows the events of a machine.
    static Events follow(String id, Path pipe, Listener listener) throws IOException {
        // To open one end waits for the other, of which there is none if the VMM has just ended.
        try (FileChannel _ =
                FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Events events =
                    new Events(id, FileChannel.open(pipe, StandardOpenOption.READ), listener);
            Thread thread =
                    new Thread(null, events::read, "clh-events-" + id.substring(0, 8), STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
            return events;
        }
    }

    private void read() {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        StringBuilder event = new StringBuilder();
        // Not a reader: that would wait until its buffer is full.
        try (pipe) {
            while (pipe.read(chunk.clear()) >= 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    byte letter = chunk.get();
                    if (letter == '\n') {
                        take(line.toString(StandardCharsets.UTF_8), event);
                        line.reset();
                    } else {
                        line.write(letter);
                    }
                }
            }
        } catch (IOException e) {
            LOG.debug("the events of machine {} are not followed any more", id, e);
        }
        if (!closed) {
            listener.ended();
        }
    }

    /// Adds a line to an event, and tells it if it is the last.
    private void take(String line, StringBuilder event) {
        // A former reader may have taken the beginning of the first event with it.
        if (line.equals("{")) {
            event.setLength(0);
        }
        event.append(line);
        if (line.equals("}")) {
            tell(event.toString());
            event.setLength(0);
        }
    }

    private void tell(String text) {
        try {
            JsonObject event = JsonParser.parseString(text).getAsJsonObject();
            Map<String, String> properties = new TreeMap<>();
            JsonElement more = event.get("properties");
            if (more != null && more.isJsonObject()) {
                for (Map.Entry<String, JsonElement> entry : more.getAsJsonObject().entrySet()) {
                    properties.put(entry.getKey(), entry.getValue().getAsString());
                }
            }
            String source = event.get("source").getAsString();
            listener.event(source, event.get("event").getAsString(), properties);
        } catch (RuntimeException e) {
            // Whatever it is: the end of the pipe must not go unnoticed.
            LOG.error("machine {}: an event cannot be followed: {}", id, text, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            pipe.close();
        } catch (IOException _) {
            // nothing left to close
        }
    }
}
