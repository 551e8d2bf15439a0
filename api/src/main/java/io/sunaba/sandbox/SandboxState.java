package io.sunaba.sandbox;

/// States of a sandbox: `READY -> RUNNING | STOPPED`, `RUNNING -> PAUSED | STOPPED`, `PAUSED ->
/// RUNNING | STOPPED`, `STOPPED -> RUNNING`.
public enum SandboxState {
    /// The VM runs; no container was started.
    READY,
    /// Its containers were started.
    RUNNING,
    /// The VM is frozen.
    PAUSED,
    /// There is no VM.
    STOPPED
}
