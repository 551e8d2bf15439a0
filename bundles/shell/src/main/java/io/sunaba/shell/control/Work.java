package io.sunaba.shell.control;

import io.sunaba.control.OpenRequest;
import io.sunaba.shell.command.HandedOver;
import java.io.IOException;
import java.util.Optional;

/// What a client asked for, under way.
interface Work extends AutoCloseable {
    /// Does it and returns the exit status.
    int run() throws InterruptedException;

    /// A signal came for it.
    void signal(int number);

    /// The client's terminal has another size.
    void resize(int columns, int rows);

    /// Nobody waits for it any more: it shall clean up and end. Does nothing if it has ended.
    void abandon();

    /// Whether it need not be waited for when the shell goes: it would not end by itself.
    boolean isEndless();

    /// Whether it replaces the shell, and tells about it afterwards.
    boolean outlives();

    /// What it left to the next shell when it ended, because this one goes.
    Optional<HandedOver> handedOver();

    /// The shell goes: what runs shall end, and nothing more be run.
    void leave();

    @Override
    void close();

    /// Returns what a request asks for.
    static Work of(OpenRequest request, Sessions sessions, RemoteInput input, RemoteOutput output)
            throws IOException {
        return switch (request.mode()) {
            case RUN, SCRIPT -> new Lines(request, sessions, input, output);
            case INTERACTIVE -> new Dialog(request, sessions, input, output);
        };
    }
}
