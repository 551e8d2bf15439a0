package io.sunaba.sandbox;

import org.osgi.annotation.versioning.ProviderType;

/// One subscriber to the events of a sandbox.
///
/// Events wait in a queue of 1024; if the subscriber does not keep up, the oldest are dropped and
/// one [SandboxEvent.Missed] tells how many. Nobody else is held up.
@ProviderType
public interface SandboxMonitor extends AutoCloseable {
    /// Waits for the next event. After the sandbox was deleted or released, and all events were
    /// taken, it fails with a [io.sunaba.error.NotFoundException].
    SandboxEvent next() throws InterruptedException;

    /// Ends the subscription.
    @Override
    void close();
}
