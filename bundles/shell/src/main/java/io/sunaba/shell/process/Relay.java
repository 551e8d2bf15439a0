package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.process.Attached.Outlook;
import java.io.InputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects a process in a container to the streams and signals of a call.
final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int KILL = 9;

    /// How long what was read may take to be written when another shell goes on.
    private static final Duration MOVE = Duration.ofSeconds(5);

    /// How long output that was read may take to be written when the relay is ended.
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

    private final Sandbox sandbox;
    private final String containerId;
    private final String processId;
    private final Outlook outlook;

    Relay(Sandbox sandbox, String containerId, String processId, Outlook outlook) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.processId = requireNonNull(processId, "processId is null");
        this.outlook = requireNonNull(outlook, "outlook is null");
    }

    /// Tells whether another shell could go on with it: nothing of this one is in between.
    boolean canMove(Call call) {
        return call.console().canHandOver() && call.direct();
    }

    /// Passes input, output and signals until the process has ended and all its output is written.
    ///
    /// Output is written as it comes. Input is not read before the process runs, and no further
    /// than it takes it.
    ///
    /// With the option for it, terminal is connected to terminal instead.
    ExitStatus run(Call call) throws InterruptedException {
        if (call.arguments().flag(ProcessOptions.TTY.name())) {
            return new TerminalRelay(sandbox, containerId, processId, outlook).run(call);
        }
        try (ProcessStreams streams = sandbox.ioStream(containerId, processId)) {
            call.console().handleSignals(signals());
            InputStream in = call.in();
            boolean canMove = canMove(call);
            Copy stdout = Copy.start("stdout", streams.stdout(), call.out(), false);
            Copy stderr = Copy.start("stderr", streams.stderr(), call.err(), false);
            Copy stdin = Copy.start("stdin", in, streams.stdin(), true);
            try {
                ExitStatus exit = sandbox.waitProcess(containerId, processId);
                stdout.join();
                stderr.join();
                return exit;
            } catch (InterruptedException e) {
                if (canMove && call.console().handsOver()) {
                    move(call, streams, stdin, stdout, stderr);
                }
                throw e;
            } finally {
                stdin.interrupt();
                // What was read is written: the guest does not have it any more.
                streams.close();
                Copy.awaitEnd(LAST_OUTPUT, stdout, stderr);
            }
        } finally {
            call.console().handleSignals(null);
        }
    }

    /// Leaves the process to the next shell, if all that passed on its way there has arrived.
    private void move(Call call, ProcessStreams streams, Copy stdin, Copy... outputs)
            throws InterruptedException {
        OptionalInt unused = stdin.stop(MOVE);
        streams.close();
        if (unused.isPresent() && Copy.awaitEnd(MOVE, outputs)) {
            call.console()
                    .handOver(
                            Attached.line(sandbox, containerId, processId, outlook, false),
                            unused.getAsInt());
        }
    }

    /// The first interrupt goes to the process, a second one soon after kills it, and a third ends
    /// the waiting: somebody else may still hold its output open.
    private IntConsumer signals() {
        Thread waiting = Thread.currentThread();
        Insistence insistence = new Insistence(System::nanoTime);
        return signal -> {
            switch (insistence.next()) {
                case 0 -> send(signal);
                case 1 -> send(KILL);
                default -> waiting.interrupt();
            }
        };
    }

    private void send(int signal) {
        try {
            sandbox.signalProcess(containerId, processId, signal, false);
        } catch (SunabaException e) {
            LOG.info("signal {} for {}/{} did not arrive", signal, containerId, processId, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
