package io.sunaba.shell.control;

import io.sunaba.control.OpenRequest;
import java.io.IOException;

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
