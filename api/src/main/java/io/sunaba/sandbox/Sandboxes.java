package io.sunaba.sandbox;

import io.sunaba.hypervisor.HypervisorConfig;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// The sandboxes of this platform. The entry to the sandbox API; an OSGi service of the core.
///
/// May be called from any thread. Blocking calls can be interrupted and then leave nothing behind.
@ProviderType
public interface Sandboxes {
    /// Creates a sandbox and its containers, and starts none of them (`CreateSandbox`). On return
    /// its VM runs, its agent answers, and its record is durable. On failure, nothing is left.
    ///
    /// @throws io.sunaba.error.RejectedException if the config breaks a rule; nothing was started
    /// @throws io.sunaba.error.ConflictException if a sandbox of that id exists
    /// @throws io.sunaba.error.UnavailableException if a plugin or a program is missing or failed
    /// @throws io.sunaba.error.TimedOutException if the guest never answered
    Sandbox create(SandboxConfig config) throws InterruptedException;

    /// Tells what machine a sandbox would be given, all defaults filled in. Creates nothing.
    ///
    /// @throws io.sunaba.error.RejectedException if the config breaks a rule
    /// @throws io.sunaba.error.UnavailableException if a plugin or the guest image is missing
    HypervisorConfig machine(SandboxConfig config) throws InterruptedException;

    /// Returns a sandbox that exists, connecting to it if need be (`FetchSandbox`).
    ///
    /// @throws io.sunaba.error.NotFoundException if there is none
    Sandbox fetch(String sandboxId) throws InterruptedException;

    /// Returns a sandbox if it exists, without connecting to it.
    Optional<Sandbox> find(String sandboxId);

    /// Lists the sandboxes, oldest first, without asking their guests.
    List<SandboxStatus> list();

    /// Follows the events of all sandboxes from now on, also of those that are created later, in
    /// order per sandbox. Deleting or releasing sandboxes does not end it; nothing is heard of a
    /// sandbox that was released until it is fetched again. Close the monitor after use.
    ///
    /// @throws io.sunaba.error.UnavailableException if the platform stops
    SandboxMonitor monitor();
}
