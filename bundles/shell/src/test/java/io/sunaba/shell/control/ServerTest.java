package io.sunaba.shell.control;

import io.sunaba.control.OpenRequest;
import io.sunaba.shell.HostSandboxes;
import io.sunaba.shell.HostTemplates;
import io.sunaba.shell.control.TestClient.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Talks to a control server over its socket; containers are processes of this host.
@Timeout(20)
abstract class ServerTest {
    /// One for all tests: a command that is still ending may put its streams back into the system's
    /// after it was stopped, and the next one would not start then.
    private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

    @TempDir protected Path run;

    protected final HostSandboxes sandboxes = new HostSandboxes();
    protected final HostTemplates templates = new HostTemplates();
    private TestServer server;

    @BeforeAll
    static void startStreams() {
        THREAD_IO.start();
    }

    @AfterAll
    static void stopStreams() {
        THREAD_IO.stop();
    }

    @BeforeEach
    void listen() {
        server = new TestServer(run, THREAD_IO, sandboxes, templates);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /// Runs a line to its end.
    Outcome exec(String line) throws IOException {
        return exec(line, "");
    }

    Outcome exec(String line, String input) throws IOException {
        try (TestClient client = client(line)) {
            return client.finish(input.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Starts a line.
    TestClient client(String line) throws IOException {
        return new TestClient(run, line, OpenRequest.Mode.RUN);
    }

    /// Starts something at a terminal.
    TestClient terminal(OpenRequest.Mode mode, String line) throws IOException {
        return new TestClient(
                run, new OpenRequest(mode, line, run.toString(), "/", "vt220", 100, 30));
    }
}
