package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.process.Attached.Outlook;
import io.sunaba.shell.terminal.Tty;
import java.time.Duration;
import java.util.OptionalInt;

/// Connects a process's terminal to the caller's, which is its alone until it ends.
final class TerminalRelay {
    private static final Duration LAST_KEYS = Duration.ofSeconds(1);

    private final Sandbox sandbox;
    private final String containerId;
    private final String processId;
    private final Outlook outlook;

    TerminalRelay(Sandbox sandbox, String containerId, String processId, Outlook outlook) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.processId = requireNonNull(processId, "processId is null");
        this.outlook = requireNonNull(outlook, "outlook is null");
    }

    /// Passes keys, output and sizes until the process has ended and all its output is written.
    ExitStatus run(Call call) throws InterruptedException {
        Tty tty = ProcessOptions.requireTty(call);
        try (ProcessStreams streams = sandbox.ioStream(containerId, processId);
                Tty.Raw raw = tty.takeOver(false, new Resizes(sandbox, containerId, processId))) {
            Copy screen = Copy.start("terminal-out", streams.stdout(), raw.out(), false);
            Copy keys = Copy.start("terminal-in", raw.in(), streams.stdin(), true);
            try {
                ExitStatus exit = sandbox.waitProcess(containerId, processId);
                screen.join();
                return exit;
            } catch (InterruptedException e) {
                if (call.console().handsOver()) {
                    move(call, streams, keys, screen);
                }
                throw e;
            } finally {
                keys.interrupt();
                // What is typed from now on is for others.
                boolean interrupted = Thread.interrupted();
                keys.join(LAST_KEYS);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                // What was read is shown: the guest does not have it any more.
                streams.close();
                Copy.awaitEnd(LAST_KEYS, screen);
            }
        }
    }

    /// As the relay without terminals does.
    private void move(Call call, ProcessStreams streams, Copy keys, Copy screen)
            throws InterruptedException {
        OptionalInt unused = keys.stop(LAST_KEYS);
        streams.close();
        if (unused.isPresent() && Copy.awaitEnd(LAST_KEYS, screen)) {
            call.console()
                    .handOver(
                            Attached.line(sandbox, containerId, processId, outlook, true),
                            unused.getAsInt());
        }
    }
}
