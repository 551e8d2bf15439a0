package io.sunaba.hypervisor;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/// A handle of one virtual machine. Implemented by hypervisor plugins.
///
/// See [MachineState] for its life. Methods may be called from any thread; those that change the
/// machine are serialised by the implementation. They block the calling thread and give up promptly
/// when it is interrupted. In `GONE` all but [#state], [#exited], [#record], [#consoleTail],
/// [#stop] and [#close] fail with a [io.sunaba.error.ConflictException] that names the state.
@ConsumerType
public interface Machine extends AutoCloseable {
    /// Returns the id, as given in the spec.
    String id();

    /// Returns the state. Does not block.
    MachineState state();

    /// Starts the guest. Legal in `CREATED`. Returns when the guest executes, not when it has
    /// booted.
    void start() throws InterruptedException;

    /// Ends the machine, whatever its state, and removes every trace of it on the host. A second
    /// call does nothing. Does not ask the guest: who wants an orderly end asks the agent first.
    void stop() throws InterruptedException;

    /// Freezes the guest. Legal in `RUNNING`; does nothing in `PAUSED`.
    void pause() throws InterruptedException;

    /// Lets a frozen guest go on. Legal in `PAUSED`; does nothing in `RUNNING`.
    void resume() throws InterruptedException;

    /// Completes when the machine has ended, with how. Never completes exceptionally, and never for
    /// a handle that was closed before. Dependents run on a thread of their own and may block.
    CompletionStage<MachineExit> exited();

    /// Returns what is needed to take up this machine again. It changes with the machine's devices:
    /// ask again after every change.
    MachineRecord record();

    /// Hands the machine over to another owner, see [HypervisorConfig#owner]. Durable on return.
    void assign(String owner);

    /// Tells where the guest's agent can be reached. Does not block.
    AgentEndpoint agentEndpoint();

    /// Returns the last lines of the guest's console, oldest first; empty if there is none.
    List<String> consoleTail(int maximumLines);

    /// Returns an ability that not every machine has, such as [DiskHotplug].
    ///
    /// @throws io.sunaba.error.RejectedException if this machine lacks it; the message names both
    <T extends Ability> T ability(Class<T> kind);

    /// Drops this handle and its connections. The machine goes on. A second call does nothing.
    @Override
    void close();
}
