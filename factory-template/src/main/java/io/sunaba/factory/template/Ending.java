package io.sunaba.factory.template;

import io.sunaba.hypervisor.Machine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The end of a machine that nobody is to have, whatever interrupts the caller.
final class Ending {
    private Ending() {}

    static void of(Machine machine, Throwable reason) {
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
