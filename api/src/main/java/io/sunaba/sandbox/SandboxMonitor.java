package io.sunaba.sandbox;

import org.osgi.annotation.versioning.ProviderType;

/// One subscriber to the events of a sandbox, or of all sandboxes.
///
/// Events wait in a queue of 1024; if the subscriber does not keep up, the oldest are dropped and
/// one [SandboxEvent.Missed] tells how many. Nobody else is held up.
@ProviderType
public interface SandboxMonitor extends AutoCloseable {
    /// Waits for the next event. Nobody polls: it wakes up when there is one.
    ///
    /// What had happened before the end can still be taken, then this fails.
    ///
    /// @throws io.sunaba.error.NotFoundException if this monitor was closed, or its only sandbox
    ///   was deleted or released
    /// @throws io.sunaba.error.UnavailableException if the platform stops
    SandboxEvent next() throws InterruptedException;

    /// Ends the subscription.
    @Override
    void close();
}
