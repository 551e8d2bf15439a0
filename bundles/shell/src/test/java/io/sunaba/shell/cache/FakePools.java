package io.sunaba.shell.cache;

import io.sunaba.error.RejectedException;
import io.sunaba.factory.VmPool;
import io.sunaba.factory.VmPools;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Pools that are kept in memory.
public final class FakePools implements VmPools {
    private final Map<String, VmPool> pools = new LinkedHashMap<>();

    public FakePools(String... ids) {
        for (String id : ids) {
            put(id, 2, Optional.empty());
        }
    }

    void put(String id, int target, Optional<String> problem) {
        pools.put(id, new VmPool(id, "qemu", "abc", 1, 256 << 20, 1, 1, target, problem));
    }

    @Override
    public List<VmPool> list() {
        return List.copyOf(pools.values());
    }

    @Override
    public void resize(String poolId, int target) {
        if (target < 0) {
            throw new RejectedException("size " + target);
        }
        put(poolId, target, Optional.empty());
    }

    @Override
    public void drain(String poolId) {
        pools.remove(poolId);
    }
}
