package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.shell.terminal.Tty;
import java.time.Duration;

/// Connects a process's terminal to the caller's, which is its alone until it ends.
final class TerminalRelay {
    private static final Duration LAST_KEYS = Duration.ofSeconds(1);

    private final Sandbox sandbox;
    private final String containerId;
    private final String processId;

    TerminalRelay(Sandbox sandbox, String containerId, String processId) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.processId = requireNonNull(processId, "processId is null");
    }

    /// Passes keys, output and sizes until the process has ended and all its output is written.
    ExitStatus run(Tty tty) throws InterruptedException {
        try (ProcessStreams streams = sandbox.ioStream(containerId, processId);
                Tty.Raw raw = tty.takeOver(false, new Resizes(sandbox, containerId, processId))) {
            Thread screen = Copy.start("terminal-out", streams.stdout(), raw.out(), false);
            Thread keys = Copy.start("terminal-in", raw.in(), streams.stdin(), true);
            try {
                ExitStatus exit = sandbox.waitProcess(containerId, processId);
                screen.join();
                return exit;
            } finally {
                keys.interrupt();
                // What is typed from now on is for others.
                boolean interrupted = Thread.interrupted();
                keys.join(LAST_KEYS);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
