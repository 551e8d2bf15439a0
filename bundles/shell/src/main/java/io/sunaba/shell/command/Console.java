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
    private volatile boolean endless;
    private volatile boolean outlives;
    private volatile boolean leaving;
    private volatile boolean abandoned;
    private volatile @Nullable String whole;
    private volatile @Nullable HandedOver handedOver;

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

    /// Notes whether what runs goes on until it is told to end, so that nobody need wait for it.
    public void endless(boolean now) {
        endless = now;
    }

    public boolean isEndless() {
        return endless;
    }

    /// Notes that what runs replaces the shell itself, and tells about it afterwards.
    public void outlive() {
        outlives = true;
    }

    public boolean outlives() {
        return outlives;
    }

    /// Notes that what runs is interrupted because the shell goes.
    public void leaveShell() {
        leaving = true;
    }

    /// Notes that nothing more shall begin: the caller is gone, or the shell goes.
    public void abandon() {
        abandoned = true;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /// Notes what runs from now on.
    ///
    /// @param line a line that is one command, which another shell could go on with; else null
    public void runs(@Nullable String line) {
        whole = line;
        handedOver = null;
    }

    /// Tells whether what runs can be left to another shell: it is a line of its own.
    public boolean canHandOver() {
        return whole != null;
    }

    /// Tells whether what runs was interrupted because the shell goes, and can be left to another.
    public boolean handsOver() {
        return leaving && canHandOver();
    }

    /// Leaves what runs to the next shell.
    ///
    /// @param line the line that goes on with it there
    /// @param unusedInput how many bytes of input were read and not used
    public void handOver(String line, int unusedInput) {
        handedOver = new HandedOver(line, unusedInput);
    }

    /// Has the next shell run the same line again, if what runs was interrupted because this one
    /// goes.
    public void handOverAgain() {
        String line = whole;
        if (leaving && line != null) {
            handOver(line, 0);
        }
    }

    /// Returns what was left to the next shell.
    public Optional<HandedOver> handedOver() {
        return Optional.ofNullable(handedOver);
    }

    /// Returns how a line failed, which is no fault of its own if the shell goes.
    public Failure failure(Throwable thrown) {
        Failure failure = Failure.of(thrown);
        return leaving && failure.status() == Failure.INTERRUPTED
                ? new Failure("the shell is being replaced or stopped", Failure.TRY_AGAIN)
                : failure;
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
