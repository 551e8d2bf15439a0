package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.OpenRequest;
import io.sunaba.shell.command.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
    private volatile boolean abandoned;

    Lines(
            OpenRequest request,
            Sessions sessions,
            InputStream input,
            OutputStream out,
            OutputStream err) {
        this.request = requireNonNull(request, "request is null");
        this.input = requireNonNull(input, "input is null");
        Console console = new Console(input);
        PrintStream printOut = new PrintStream(out, false, StandardCharsets.UTF_8);
        PrintStream printErr = new PrintStream(err, false, StandardCharsets.UTF_8);
        this.session = sessions.create(request, console, input, printOut, printErr);
        session.put("GREP_COLORS", NO_COLORS);
        this.evaluator = new Evaluator(session, console, printOut, printErr, false);
    }

    @Override
    public int run() throws InterruptedException {
        if (request.mode() == OpenRequest.Mode.RUN) {
            return evaluator.run(request.line());
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
        // There is no terminal here.
    }

    @Override
    public void abandon() {
        abandoned = true;
        evaluator.interrupt();
    }

    @Override
    public void close() {
        session.close();
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
