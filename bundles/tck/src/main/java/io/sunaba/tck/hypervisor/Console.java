package io.sunaba.tck.hypervisor;

import io.sunaba.hypervisor.Machine;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/// What guests print, for fixtures whose guest says that it is up.
public final class Console {
    private static final int LINES = 10;
    private static final Duration PAUSE = Duration.ofMillis(10);

    private Console() {}

    /// Waits until a text is in one of the last lines that a machine's guest has printed.
    ///
    /// @throws TimeoutException if it is not there in time; the message has what is there
    public static void await(Machine machine, String text, Duration patience)
            throws TimeoutException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (machine.consoleTail(LINES).stream().noneMatch(line -> line.contains(text))) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("no '" + text + "' in " + machine.consoleTail(LINES));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
