package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.TerminalSize;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells a process's terminal each size, in order; of those that come faster than the guest takes
/// them, the last one.
final class Resizes implements Consumer<TerminalSize> {
    private static final Logger LOG = LoggerFactory.getLogger(Resizes.class);

    private final Sandbox sandbox;
    private final String containerId;
    private final String processId;
    private final Object sending = new Object();
    private final AtomicReference<@Nullable TerminalSize> next = new AtomicReference<>();

    Resizes(Sandbox sandbox, String containerId, String processId) {
        this.sandbox = requireNonNull(sandbox, "sandbox is null");
        this.containerId = requireNonNull(containerId, "containerId is null");
        this.processId = requireNonNull(processId, "processId is null");
    }

    @Override
    public void accept(TerminalSize size) {
        if (next.getAndSet(size) == null) {
            Thread.ofVirtual().name("resize").start(this::send);
        }
    }

    private void send() {
        synchronized (sending) {
            TerminalSize size = next.getAndSet(null);
            try {
                if (size != null) {
                    sandbox.winsizeProcess(containerId, processId, size.rows(), size.columns());
                }
            } catch (SunabaException e) {
                // It has ended, or cannot be reached: who waits for it is told.
                LOG.debug("the size {} did not reach {}", size, processId, e);
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
    }
}
