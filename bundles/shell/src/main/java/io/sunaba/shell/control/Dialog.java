package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.FrameType;
import io.sunaba.control.OpenRequest;
import io.sunaba.control.TerminalMode;
import io.sunaba.shell.command.Console;
import io.sunaba.shell.command.HandedOver;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.felix.gogo.jline.Highlighter;
import org.apache.felix.gogo.jline.Parser;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.jspecify.annotations.Nullable;

/// Talks with a person: reads lines with editing, completion and history, and runs them.
final class Dialog implements Work {
    private static final int INTERRUPT = 2;
    private static final int HISTORY_LINES = 1000;
    private static final String WELCOME =
            "Sunaba: containers in virtual machines of their own.\n"
                    + "\"help\" lists the commands, Tab completes, \"exit\" or Ctrl-D leaves.";

    private static final String REPLACED = "The shell was replaced meanwhile.";

    /// A line that does nothing, for a dialog in which nothing ran.
    private static final String GO_ON = " ";

    private final ExternalTerminal terminal;
    private final CommandSession session;
    private final Evaluator evaluator;
    private final LineReader reader;
    private final RemoteTty tty;
    private final OpenRequest request;
    private volatile boolean abandoned;
    private volatile boolean leaving;
    private volatile boolean running;

    Dialog(OpenRequest request, Sessions sessions, InputStream input, RemoteOutput output)
            throws IOException {
        this.request = requireNonNull(request, "request is null");
        terminal =
                new ExternalTerminal(
                        null,
                        "sunaba",
                        request.terminal(),
                        input,
                        // The terminal writes byte by byte.
                        new BufferedOutputStream(output.stream(FrameType.OUTPUT)),
                        StandardCharsets.UTF_8,
                        Terminal.SignalHandler.SIG_IGN,
                        true,
                        null,
                        new Size(Math.max(request.columns(), 1), Math.max(request.rows(), 1)));
        InputStream keyboard = new Keyboard(terminal.input());
        tty = new RemoteTty(request.terminal(), TerminalMode.RAW, new DialogKeys(terminal), output);
        Console console = new Console(keyboard, tty);
        PrintStream print = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8);
        session = sessions.create(request, console, keyboard, print, print);
        session.put(Shell.VAR_TERMINAL, terminal);
        evaluator = new Evaluator(session, console, print, print, true);
        reader = reader(sessions);
        terminal.handle(Terminal.Signal.INT, _ -> evaluator.signal(INTERRUPT));
        terminal.resume();
    }

    @Override
    public int run() throws InterruptedException {
        String line = begin();
        while (!abandoned) {
            try {
                if (line == null) {
                    line = reader.readLine("sunaba> ");
                }
                if (line.strip().equals("exit")) {
                    break;
                }
                running = true;
                evaluator.runOrHandOver(line);
            } catch (UserInterruptException _) {
                // Ctrl-C clears the line.
            } catch (EndOfFileException _) {
                break;
            } finally {
                line = null;
                running = false;
            }
        }
        return 0;
    }

    /// Returns what the shell before left to do, or null.
    private @Nullable String begin() {
        if (request.line().isEmpty()) {
            terminal.writer().println(WELCOME);
            return null;
        }
        if (request.line().isBlank()) {
            terminal.writer().println(REPLACED);
            return null;
        }
        return request.line();
    }

    @Override
    public Optional<HandedOver> handedOver() {
        if (!leaving) {
            return Optional.empty();
        }
        // The terminal reads ahead: what was typed is not to come again.
        return Optional.of(
                new HandedOver(
                        evaluator.console().handedOver().map(HandedOver::line).orElse(GO_ON), 0));
    }

    @Override
    public void signal(int number) {
        evaluator.signal(number);
    }

    @Override
    public void resize(int columns, int rows) {
        terminal.setSize(new Size(columns, rows));
        terminal.raise(Terminal.Signal.WINCH);
        tty.resized(columns, rows);
    }

    @Override
    public void abandon() {
        abandoned = true;
        evaluator.console().abandon();
        evaluator.interrupt();
    }

    /// A person who types would hold up the shell's end for ever.
    @Override
    public boolean isEndless() {
        return !running || evaluator.console().isEndless();
    }

    /// Whether no command runs.
    boolean waitsForKeys() {
        return !running;
    }

    @Override
    public boolean outlives() {
        return evaluator.console().outlives();
    }

    @Override
    public void leave() {
        leaving = true;
        evaluator.console().leaveShell();
        abandon();
    }

    @Override
    public void close() {
        try {
            session.close();
            terminal.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing a terminal in memory", e);
        }
    }

    private LineReader reader(Sessions sessions) {
        LineReader lineReader =
                LineReaderBuilder.builder()
                        .appName("sunaba")
                        .terminal(terminal)
                        .parser(new Parser())
                        .highlighter(new Highlighter(session))
                        .completer(new CommandCompleter(session, sessions.vocabulary()))
                        .variable(LineReader.HISTORY_FILE, sessions.data().resolve("history"))
                        .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
                        .variable(LineReader.SECONDARY_PROMPT_PATTERN, "      > ")
                        .option(LineReader.Option.AUTO_FRESH_LINE, true)
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .build();
        session.put(Shell.VAR_READER, lineReader);
        return lineReader;
    }
}
