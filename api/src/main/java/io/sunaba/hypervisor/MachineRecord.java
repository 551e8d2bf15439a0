package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

/// All that is needed to take up a machine again, after a restart of the plugin or of the platform.
/// Safe to store; holds no secret but the id.
///
/// @param id the machine's id
/// @param owner who answers for the machine, see [HypervisorConfig#owner]
/// @param data the plugin's own text, at most 64 KiB, readable by the same and later versions of it
public record MachineRecord(String id, String owner, String data) {
    public MachineRecord {
        requireNonNull(id, "id is null");
        requireNonNull(owner, "owner is null");
        requireNonNull(data, "data is null");
    }
}
