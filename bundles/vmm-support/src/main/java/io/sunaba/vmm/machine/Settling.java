package io.sunaba.vmm.machine;

import java.time.Duration;

/// Waits for a guest that takes or gives memory at its own pace.
public final class Settling {
    /// A guest that takes or gives nothing for this long is done.
    private static final Duration STANDSTILL = Duration.ofSeconds(2);

    /// VMMs tell of changes seldom or never, and most take a moment.
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

    private Settling() {}

    /// Tells how much there is.
    ///
    /// @param <E> how the VMM says no
    @FunctionalInterface
    public interface Source<E extends Exception> {
        long bytes() throws E, InterruptedException;
    }

    /// Waits until there is as much as wanted, or nothing changes any more.
    ///
    /// @return how much there is
    public static <E extends Exception> long await(long wanted, long before, Source<E> source)
            throws E, InterruptedException {
        long reached = before;
        long changedAt = System.nanoTime();
        while (reached != wanted && System.nanoTime() - changedAt < STANDSTILL.toNanos()) {
            Thread.sleep(LOOK_AGAIN);
            long size = source.bytes();
            if (size != reached) {
                reached = size;
                changedAt = System.nanoTime();
            }
        }
        return reached;
    }
}
