package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

/// One machine to create.
///
/// @param id 32 lower-case hexadecimal digits, random and unguessable: it names the machine's files
///   and stands in the command line of its processes, which are told by it from all others
/// @param config what the machine is to be
public record MachineSpec(String id, HypervisorConfig config) {
    public MachineSpec {
        requireNonNull(id, "id is null");
        requireNonNull(config, "config is null");
    }
}
