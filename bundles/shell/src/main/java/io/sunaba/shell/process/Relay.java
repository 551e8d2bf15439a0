package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.shell.command.Call;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects a process in a container to the streams and signals of a call.
public final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int KILL = 9;

    /// A second interrupt within this time kills.
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final Sandbox sandbox;
    private final String containerId;
    private final String processId;

    public Relay(Sandbox sandbox, String containerId, String processId) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.processId = requireNonNull(processId, "processId is null");
    }

    /// Passes input, output and signals until the process has ended and all its output is written.
    ///
    /// Output is written as it comes. Input is not read before the process runs, and no further
    /// than it takes it.
    ///
    /// With the option for it, terminal is connected to terminal instead.
    public ExitStatus run(Call call) throws InterruptedException {
        if (call.arguments().flag(ProcessOptions.TTY.name())) {
            return new TerminalRelay(sandbox, containerId, processId)
                    .run(ProcessOptions.requireTty(call));
        }
        try (ProcessStreams streams = sandbox.ioStream(containerId, processId)) {
            call.console().handleSignals(signals());
            InputStream in = call.in();
            Thread stdout = Copy.start("stdout", streams.stdout(), call.out(), false);
            Thread stderr = Copy.start("stderr", streams.stderr(), call.err(), false);
            Thread stdin = Copy.start("stdin", in, streams.stdin(), true);
            try {
                ExitStatus exit = sandbox.waitProcess(containerId, processId);
                stdout.join();
                stderr.join();
                return exit;
            } finally {
                stdin.interrupt();
            }
        } finally {
            call.console().handleSignals(null);
        }
    }

    /// The first interrupt goes to the process, a second one soon after kills it, and a third ends
    /// the waiting: somebody else may still hold its output open.
    private IntConsumer signals() {
        Thread waiting = Thread.currentThread();
        AtomicInteger insistence = new AtomicInteger();
        AtomicLong last = new AtomicLong(System.nanoTime() - PATIENCE_NANOS);
        return signal -> {
            long now = System.nanoTime();
            if (now - last.getAndSet(now) > PATIENCE_NANOS) {
                insistence.set(0);
            }
            switch (insistence.getAndIncrement()) {
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
