package io.sunaba.core.record;

/// How far the creation of a sandbox got.
public enum Phase {
    /// Its creation is under way, or was cut short: what there is of it is to be removed.
    CREATING,
    /// It was handed to its creator.
    CREATED,
    /// Its machine is being ended, or that was cut short: the end is to be completed.
    STOPPING
}
