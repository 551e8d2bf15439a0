package io.sunaba.shell.command;

import io.sunaba.shell.terminal.Tty;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;

/// One call of a command.
///
/// @param session the session it is called in
/// @param arguments its arguments
public record Call(CommandSession session, Arguments arguments) {
    /// Returns where the session's input, its signals and its failures are.
    public Console console() {
        return Console.of(session);
    }

    /// Returns the standard input of this call.
    public InputStream in() {
        Process process = Process.Utils.current();
        return process.isTty(0) ? console().keyboard() : process.in();
    }

    /// Returns the terminal that is both input and output of this call.
    public Optional<Tty> tty() {
        Process process = Process.Utils.current();
        return process.isTty(0) && process.isTty(1) ? console().tty() : Optional.empty();
    }

    /// Tells whether its input and its outputs are the caller's own, and nothing of the shell's
    /// language is in between.
    public boolean direct() {
        Process process = Process.Utils.current();
        return process.isTty(0) && process.isTty(1) && process.isTty(2);
    }

    /// Hands a value to the command behind the next `|`, in the place of the next line of text.
    public void passOn(Object value) {
        if (!isLast()) {
            console().passOn(Process.Utils.current(), value);
        }
    }

    public PrintStream out() {
        return Process.Utils.current().out();
    }

    public PrintStream err() {
        return Process.Utils.current().err();
    }

    /// Resolves a path as the caller means it.
    public Path path(String text) {
        return session.currentDir().resolve(text).normalize();
    }

    /// Tells whether the current call is the last of its pipeline.
    static boolean isLast() {
        Process process = Process.Utils.current();
        List<Process> pipeline = process.job().processes();
        return pipeline.getLast().equals(process);
    }
}
