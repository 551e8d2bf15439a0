package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

import io.sunaba.shell.terminal.Tty;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;
import org.jspecify.annotations.Nullable;

/// The place that commands of one session are called from.
///
/// Knows what a session of the shell's runtime does not: its raw input, the signals that come in,
/// which commands still clean up, and whether one of a pipeline failed.
public final class Console {
    private static final String VARIABLE = ".sunaba.console";

    private final InputStream keyboard;
    private final @Nullable Tty tty;
    private final PassedOn passedOn = new PassedOn();
    private final Object lock = new Object();
    private @Nullable IntConsumer signalHandler;
    private int active;
    private int failure;

    /// @param keyboard the session's input; unlike the streams that the runtime wraps around it, an
    ///   interrupted reader leaves it usable
    /// @param tty the terminal that is both the session's input and its output, or null
    public Console(InputStream keyboard, @Nullable Tty tty) {
        this.keyboard = requireNonNull(keyboard, "keyboard is null");
        this.tty = tty;
    }

    /// Returns the console of a session.
    public static Console of(CommandSession session) {
        return session.get(VARIABLE) instanceof Console console
                ? console
                : new Console(session.getKeyboard(), null);
    }

    /// Makes this the console of a session.
    public void attach(CommandSession session) {
        session.put(VARIABLE, this);
    }

    public InputStream keyboard() {
        return keyboard;
    }

    /// Returns the terminal that is both the session's input and its output.
    Optional<Tty> tty() {
        return Optional.ofNullable(tty);
    }

    void passOn(Process process, Object value) {
        passedOn.add(process, value);
    }

    /// Returns the value that a call has passed on in the place of the next line of its text, if it
    /// has.
    public Optional<Object> takePassedOn(Process process) {
        return passedOn.take(process);
    }

    /// Has a command take the signals from now on, until it hands in null.
    public void handleSignals(@Nullable IntConsumer handler) {
        synchronized (lock) {
            signalHandler = handler;
        }
    }

    /// Hands a signal to the command that takes them; returns false if none does.
    public boolean signal(int number) {
        IntConsumer handler;
        synchronized (lock) {
            handler = signalHandler;
        }
        if (handler == null) {
            return false;
        }
        // The handler talks to a guest: not on the thread that carries the input.
        Thread.ofVirtual().name("signal").start(() -> handler.accept(number));
        return true;
    }

    /// Notes that a command begins.
    void enter() {
        synchronized (lock) {
            active++;
        }
    }

    /// Notes that a command has ended, its cleaning up included.
    void leave() {
        synchronized (lock) {
            active--;
            lock.notifyAll();
        }
    }

    /// Waits until no command runs: the runtime returns from an interrupted line before them.
    public void awaitIdle() throws InterruptedException {
        synchronized (lock) {
            while (active > 0) {
                lock.wait();
            }
        }
    }

    /// Notes the exit status of a part of a pipeline that failed and has told so.
    void fail(int status) {
        synchronized (lock) {
            failure = status;
        }
    }

    /// Tells whether a part of the line has failed and told so.
    public boolean failed() {
        synchronized (lock) {
            return failure != 0;
        }
    }

    /// Returns the exit status of a part of the line that failed, or 0, and forgets it.
    public int takeFailure() {
        synchronized (lock) {
            int status = failure;
            failure = 0;
            return status;
        }
    }
}
