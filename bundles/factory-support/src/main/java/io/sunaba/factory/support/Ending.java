package io.sunaba.factory.support;

import io.sunaba.hypervisor.Machine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The end of a machine that nobody is to have, whatever interrupts the caller.
public final class Ending {
    private Ending() {}

    /// Ends a machine and drops its handle.
    ///
    /// @param reason why; gets what goes wrong as suppressed
    public static void of(Machine machine, Throwable reason) {
        try {
            CompletableFuture.runAsync(() -> stop(machine), Thread::startVirtualThread).join();
        } catch (CompletionException e) {
            reason.addSuppressed(e);
        }
    }

    private static void stop(Machine machine) {
        try {
            machine.stop();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            machine.close();
        }
    }
}
