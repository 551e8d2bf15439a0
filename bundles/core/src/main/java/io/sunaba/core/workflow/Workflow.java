package io.sunaba.core.workflow;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs steps in order. When one fails or is interrupted, those before it are undone in reverse
/// order, and nothing can cut that short.
public final class Workflow {
    private static final Logger LOG = LoggerFactory.getLogger(Workflow.class);

    private Workflow() {}

    /// @param what what the steps amount to, for messages
    public static void run(String what, List<Step> steps) throws InterruptedException {
        Deque<Step> done = new ArrayDeque<>();
        try {
            for (Step step : steps) {
                long begun = System.nanoTime();
                step.run().run();
                done.push(step);
                LOG.debug(
                        "{}: {} took {} us", what, step.name(), (System.nanoTime() - begun) / 1000);
            }
        } catch (RuntimeException | InterruptedException | Error failure) {
            Uninterrupted.run(() -> undo(what, done, failure));
            throw failure;
        }
    }

    private static void undo(String what, Deque<Step> done, Throwable failure) {
        for (Step step : done) {
            try {
                step.undo().run();
            } catch (RuntimeException | InterruptedException | Error e) {
                LOG.warn("Undoing {} of {} failed", step.name(), what, e);
                failure.addSuppressed(e);
            }
        }
    }
}
