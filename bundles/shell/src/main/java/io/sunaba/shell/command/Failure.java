package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import java.io.EOFException;
import java.io.PrintStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.gogo.runtime.SyntaxError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a line failed, as the person who typed it is told.
///
/// @param message one line, or empty if all is said already
/// @param status the exit status
public record Failure(String message, int status) {
    /// What is asked for failed.
    public static final int FAILED = 1;

    /// It was asked for wrongly.
    public static final int WRONG_USE = 2;

    /// It was interrupted: 128 and the number of `SIGINT`.
    public static final int INTERRUPTED = 130;

    /// What runs was cut short by the shell's going: `EX_TEMPFAIL` of sysexits.h.
    public static final int TRY_AGAIN = 75;

    private static final Logger LOG = LoggerFactory.getLogger(Failure.class);

    public Failure {
        requireNonNull(message, "message is null");
    }

    /// Tells what an exception means. Those that nobody foresaw go to the log as well.
    public static Failure of(Throwable thrown) {
        return switch (thrown) {
            case UsageException e -> new Failure(message(e), WRONG_USE);
            case SunabaException e -> new Failure(message(e), FAILED);
            case CommandNotFoundException e ->
                    new Failure(
                            "unknown command %s; \"help\" lists the commands, \"COMMAND --help\" explains one"
                                    .formatted(e.getCommand()),
                            WRONG_USE);
            case EOFException _ ->
                    new Failure("the line is not complete: " + message(thrown), WRONG_USE);
            case SyntaxError e -> new Failure("wrong syntax: " + message(e), WRONG_USE);
            case InterruptedException _ -> new Failure("interrupted", INTERRUPTED);
            case CancellationException _ -> new Failure("interrupted", INTERRUPTED);
            case ExecutionException e when e.getCause() != null -> of(e.getCause());
            default -> {
                LOG.warn("A command failed in a way that was not foreseen", thrown);
                String message = thrown.getMessage();
                yield new Failure(
                        message == null || message.isBlank()
                                ? thrown.getClass().getSimpleName() + "; see the log"
                                : oneLine(message),
                        FAILED);
            }
        };
    }

    /// Prints the message, even if the caller is interrupted.
    public void tell(PrintStream stream) {
        if (!message.isEmpty()) {
            uninterrupted(() -> {
                stream.println("sunaba: " + message);
                stream.flush();
            });
        }
    }

    /// Has another thread do it, which nobody interrupts: the caller may be at any moment.
    private static void uninterrupted(Runnable work) {
        Thread worker = Thread.ofVirtual().name("failure").start(work);
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String message(Throwable thrown) {
        return oneLine(String.valueOf(thrown.getMessage()));
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\n\\s*", " ");
    }
}
