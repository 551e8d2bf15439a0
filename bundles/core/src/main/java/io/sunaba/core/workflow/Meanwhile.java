package io.sunaba.core.workflow;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what may be done ahead while something else is waited for.
public final class Meanwhile {
    private static final Logger LOG = LoggerFactory.getLogger(Meanwhile.class);

    private Meanwhile() {}

    /// Runs an action, and another one beside it. Returns, or throws what the action threw, when
    /// both have ended.
    ///
    /// @param beside whose failure is of no consequence
    public static void run(Action action, Runnable beside) throws InterruptedException {
        Thread thread = Thread.startVirtualThread(() -> attempt(beside));
        try {
            action.run();
        } finally {
            Uninterrupted.run(thread::join);
        }
    }

    private static void attempt(Runnable beside) {
        try {
            beside.run();
        } catch (RuntimeException e) {
            LOG.debug("What was to be done ahead was not", e);
        }
    }
}
