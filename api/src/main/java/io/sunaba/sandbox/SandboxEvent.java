package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.MachineExit;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something that happened to a sandbox.
public sealed interface SandboxEvent {
    /// Returns the id of the sandbox; empty in a [Missed] of a monitor of all sandboxes.
    String sandboxId();

    /// Returns when it was noticed.
    Instant at();

    /// The sandbox is in another state.
    ///
    /// @param from the state before, or null if it was created
    /// @param to the state after, or null if it was deleted
    record StateChanged(
            String sandboxId, Instant at, @Nullable SandboxState from, @Nullable SandboxState to)
            implements SandboxEvent {
        public StateChanged {
            requireNonNull(sandboxId, "sandboxId is null");
            requireNonNull(at, "at is null");
        }
    }

    /// A container is in another state.
    ///
    /// @param containerId the container
    /// @param from the state before, or null if it was created
    /// @param to the state after, or null if it was deleted
    /// @param exit how its first process ended, if it did
    record ContainerStateChanged(
            String sandboxId,
            Instant at,
            String containerId,
            @Nullable ContainerState from,
            @Nullable ContainerState to,
            @Nullable ExitStatus exit)
            implements SandboxEvent {
        public ContainerStateChanged {
            requireNonNull(sandboxId, "sandboxId is null");
            requireNonNull(at, "at is null");
            requireNonNull(containerId, "containerId is null");
        }
    }

    /// The VM has ended without being asked to; a guest's panic is among the reasons.
    ///
    /// @param exit how
    record MachineExited(String sandboxId, Instant at, MachineExit exit) implements SandboxEvent {
        public MachineExited {
            requireNonNull(sandboxId, "sandboxId is null");
            requireNonNull(at, "at is null");
            requireNonNull(exit, "exit is null");
        }
    }

    /// The connection to the agent is lost although the VM lives.
    ///
    /// @param detail why, in one line
    record AgentLost(String sandboxId, Instant at, String detail) implements SandboxEvent {
        public AgentLost {
            requireNonNull(sandboxId, "sandboxId is null");
            requireNonNull(at, "at is null");
            requireNonNull(detail, "detail is null");
        }
    }

    /// A container ran out of memory.
    ///
    /// @param containerId the container
    record OutOfMemory(String sandboxId, Instant at, String containerId) implements SandboxEvent {
        public OutOfMemory {
            requireNonNull(sandboxId, "sandboxId is null");
            requireNonNull(at, "at is null");
            requireNonNull(containerId, "containerId is null");
        }
    }

    /// A VM factory could not serve, and the next one was asked; told while the sandbox is created
    /// or started, before it is known whether that one can.
    ///
    /// @param from the name of the factory that could not
    /// @param to the name of the factory that was asked then
    /// @param reason why, in one line
    record FactoryFellBack(String sandboxId, Instant at, String from, String to, String reason)
            implements SandboxEvent {
        public FactoryFellBack {
            requireNonNull(sandboxId, "sandboxId is null");
            requireNonNull(at, "at is null");
            requireNonNull(from, "from is null");
            requireNonNull(to, "to is null");
            requireNonNull(reason, "reason is null");
        }
    }

    /// This subscriber did not keep up.
    ///
    /// @param count how many events were dropped
    record Missed(String sandboxId, Instant at, long count) implements SandboxEvent {
        public Missed {
            requireNonNull(sandboxId, "sandboxId is null");
            requireNonNull(at, "at is null");
        }
    }
}
