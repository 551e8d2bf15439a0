package io.sunaba.hypervisor;

/// The life of a machine: `CREATED -> RUNNING <-> PAUSED -> GONE`. `GONE` is final and can follow
/// any.
public enum MachineState {
    /// The VMM has all that it needs; no guest instruction was executed.
    CREATED,
    /// The guest executes.
    RUNNING,
    /// The guest is frozen; its memory is kept.
    PAUSED,
    /// The VMM process has ended.
    GONE
}
