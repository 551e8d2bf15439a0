package io.sunaba.hypervisor;

/// Ability of a machine: tells what its host processes use.
public interface UsageMetrics extends Ability {
    /// Measures the machine's host processes now.
    MachineUsage usage() throws InterruptedException;
}
