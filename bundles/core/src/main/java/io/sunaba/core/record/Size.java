package io.sunaba.core.record;

/// How large a machine is.
///
/// @param vcpus virtual CPUs
/// @param memoryBytes memory
public record Size(int vcpus, long memoryBytes) {
    /// Returns what is at least as large as both.
    public Size or(Size other) {
        return new Size(Math.max(vcpus, other.vcpus), Math.max(memoryBytes, other.memoryBytes));
    }
}
