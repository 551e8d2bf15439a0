package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.FrameType;
import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import io.sunaba.shell.command.Console;
import io.sunaba.shell.command.HandedOver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.jspecify.annotations.Nullable;

/// Runs the line of a request, or the lines of its input, one after the other.
final class Lines implements Work {
    /// The tools take every session for a terminal.
    private static final String NO_COLORS = "mt=:fn=:ln=:se=";

    private final OpenRequest request;
    private final InputStream input;
    private final CommandSession session;
    private final Evaluator evaluator;
    private final @Nullable RemoteTty tty;
    private volatile boolean abandoned;

    Lines(OpenRequest request, Sessions sessions, InputStream input, RemoteOutput output) {
        this.request = requireNonNull(request, "request is null");
        this.input = requireNonNull(input, "input is null");
        this.tty =
                request.terminal().isEmpty()
                        ? null
                        : new RemoteTty(
                                request.terminal(),
                                TerminalMode.ORIGINAL,
                                new RawKeys(input),
                                output);
        Console console = new Console(input, tty);
        PrintStream printOut = print(output, FrameType.OUTPUT);
        PrintStream printErr = print(output, FrameType.ERROR);
        this.session = sessions.create(request, console, input, printOut, printErr);
        session.put("GREP_COLORS", NO_COLORS);
        this.evaluator = new Evaluator(session, console, printOut, printErr, false);
    }

    @Override
    public int run() throws InterruptedException {
        if (request.mode() == OpenRequest.Mode.RUN) {
            return evaluator.runOrHandOver(request.line());
        }
        int status = 0;
        for (String line = readLine(); line != null && !abandoned; line = readLine()) {
            if (line.strip().equals("exit")) {
                break;
            }
            status = evaluator.run(line);
        }
        return status;
    }

    @Override
    public void signal(int number) {
        evaluator.signal(number);
    }

    @Override
    public void resize(int columns, int rows) {
        if (tty != null) {
            tty.resized(columns, rows);
        }
    }

    @Override
    public void abandon() {
        abandoned = true;
        evaluator.console().abandon();
        evaluator.interrupt();
    }

    @Override
    public boolean isEndless() {
        return evaluator.console().isEndless();
    }

    @Override
    public boolean outlives() {
        return evaluator.console().outlives();
    }

    @Override
    public Optional<HandedOver> handedOver() {
        return evaluator.console().handedOver();
    }

    @Override
    public void leave() {
        evaluator.console().leaveShell();
        abandon();
    }

    @Override
    public void close() {
        session.close();
    }

    private static PrintStream print(RemoteOutput output, FrameType type) {
        return new PrintStream(output.stream(type), false, StandardCharsets.UTF_8);
    }

    /// The client's terminal passes all bytes as they are.
    private record RawKeys(InputStream input) implements RemoteTty.Keys {
        @Override
        public InputStream open() {
            return input;
        }

        @Override
        public void close() {
            // There is no other way.
        }
    }

    /// Reads byte by byte: what follows the line may be meant for the command in it.
    private @Nullable String readLine() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            int next = input.read();
            if (next < 0) {
                return null;
            }
            for (; next >= 0 && next != '\n'; next = input.read()) {
                line.write(next);
            }
            return line.toString(StandardCharsets.UTF_8);
        } catch (IOException _) {
            return null;
        }
    }
}
