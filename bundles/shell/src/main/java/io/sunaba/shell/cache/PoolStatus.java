package io.sunaba.shell.cache;

import io.sunaba.factory.VmPool;
import org.jspecify.annotations.Nullable;

/// A pool as it is shown.
///
/// @param factory the name of the VM factory whose it is; the rest is as [VmPool] says
/// @param problem why it cannot be filled just now, or null
public record PoolStatus(
        String factory,
        String id,
        String hypervisor,
        String guest,
        int vcpus,
        long memoryBytes,
        int waiting,
        int making,
        int target,
        @Nullable String problem) {
    static PoolStatus of(String factory, VmPool pool) {
        return new PoolStatus(
                factory,
                pool.id(),
                pool.hypervisor(),
                pool.guest(),
                pool.vcpus(),
                pool.memoryBytes(),
                pool.waiting(),
                pool.making(),
                pool.target(),
                pool.problem().orElse(null));
    }
}
