package io.sunaba.sandbox;

/// States of a container: `READY -> RUNNING | STOPPED`, `RUNNING -> PAUSED | STOPPED`, `PAUSED ->
/// RUNNING | STOPPED`, `STOPPED -> RUNNING`.
public enum ContainerState {
    /// Created in the guest, not started.
    READY,
    /// Its first process runs.
    RUNNING,
    /// Its processes are frozen.
    PAUSED,
    /// Its first process has ended, or was never there.
    STOPPED
}
