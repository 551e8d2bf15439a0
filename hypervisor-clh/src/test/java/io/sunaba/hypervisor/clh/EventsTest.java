package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.vmm.NamedPipe;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
    @TempDir private Path directory;

    /// Fails at some events.
    private static final class Failing implements Events.Listener {
        private final List<String> told = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        @Override
        public void event(String source, String event, Map<String, String> properties) {
            if (source.equals("bad")) {
                throw new UnsupportedOperationException(event);
            }
            told.add(source + "." + event + properties);
        }

        @Override
        public void ended() {
            ended.complete(null);
        }
    }

    @Test
    void eventThatCannotBeFollowedEndsNothing() throws Exception {
        Path pipe = directory.resolve("events");
        NamedPipe.create(pipe);
        Failing listener = new Failing();
        // As the VMM does: its end is there before anybody follows, and waits for nobody.
        FileChannel end = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (OutputStream output = Channels.newOutputStream(end);
                Events _ = Events.follow("0".repeat(32), pipe, listener)) {
            tell(output, "\"source\": \"bad\",\n\"event\": \"one\"");
            tell(output, "\"source\": null,\n\"event\": \"two\"");
            tell(output, "\"source\": \"vm\"");
            tell(output, "no JSON");
            tell(
                    output,
                    "\"source\": \"vm\",\n\"event\": \"booted\",\n\"properties\": {\"id\": \"a\"}");
            output.close();
            listener.ended.get(60, TimeUnit.SECONDS);
        }
        assertThat(listener.told).containsExactly("vm.booted{id=a}");
    }

    private static void tell(OutputStream output, String members) throws Exception {
        output.write(("{\n" + members + "\n}\n\n").getBytes(StandardCharsets.UTF_8));
    }
}
