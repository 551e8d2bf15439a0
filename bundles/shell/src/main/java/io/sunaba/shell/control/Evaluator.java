package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.shell.command.Console;
import io.sunaba.shell.command.Failure;
import io.sunaba.shell.command.Finished;
import java.io.PrintStream;
import java.util.List;
import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.gogo.runtime.Parser.Executable;
import org.apache.felix.gogo.runtime.Parser.Statement;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Job;

/// Runs lines in a session and prints their values and failures.
final class Evaluator {
    private final CommandSession session;
    private final Console console;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean person;

    /// @param person whether a person looks on, who sees no exit status
    Evaluator(
            CommandSession session,
            Console console,
            PrintStream out,
            PrintStream err,
            boolean person) {
        this.session = requireNonNull(session, "session is null");
        this.console = requireNonNull(console, "console is null");
        this.out = requireNonNull(out, "out is null");
        this.err = requireNonNull(err, "err is null");
        this.person = person;
    }

    /// Runs a line and returns its exit status.
    int run(CharSequence line) throws InterruptedException {
        int status;
        try {
            status = print(session.execute(line));
        } catch (Exception e) {
            Failure failure = console.failure(e);
            console.awaitIdle();
            if (console.handedOver().isPresent()) {
                return 0;
            }
            failure.tell(err);
            status = failure.status();
        }
        console.awaitIdle();
        int earlier = console.takeFailure();
        return status == 0 ? earlier : status;
    }

    /// As [#run], of a line that the next shell may go on with if this one goes, should it be no
    /// more than one command.
    int runOrHandOver(CharSequence line) throws InterruptedException {
        console.runs(isOneCommand(line) ? line.toString() : null);
        return run(line);
    }

    private static boolean isOneCommand(CharSequence line) {
        try {
            List<Executable> parts = new Parser(line).program().tokens();
            return parts.size() == 1 && parts.getFirst() instanceof Statement;
        } catch (RuntimeException _) {
            // Whoever runs it tells what is wrong with it.
            return false;
        }
    }

    /// Hands a signal to the command that runs, or interrupts it if it does not care.
    void signal(int number) {
        if (!console.signal(number)) {
            interrupt();
        }
    }

    Console console() {
        return console;
    }

    /// Interrupts what runs.
    void interrupt() {
        Job job = session.foregroundJob();
        if (job != null) {
            job.interrupt();
        }
    }

    private int print(Object value) {
        if (value instanceof Finished finished) {
            if (person && finished.code() != 0) {
                err.println("exit code " + finished.code());
            }
            return finished.code();
        }
        if (value != null) {
            CharSequence text = session.format(value, Converter.INSPECT);
            if (!text.isEmpty()) {
                out.println(text);
                out.flush();
            }
        }
        return 0;
    }
}
