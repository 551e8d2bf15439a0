package io.sunaba.core.plugin;

import io.sunaba.agent.AgentDriver;
import io.sunaba.core.guard.Guard;
import io.sunaba.core.guard.GuardedDriver;
import io.sunaba.core.guard.GuardedFactory;
import io.sunaba.core.guard.GuardedHypervisor;
import io.sunaba.core.guard.GuardedStorage;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.storage.MetadataStorage;
import java.util.function.BiFunction;

/// A kind of plugin.
///
/// @param name what people call it
/// @param type the service that such a plugin registers
/// @param guarded puts a guard before such a plugin
public record Kind<T>(String name, Class<T> type, BiFunction<Guard, T, T> guarded) {
    public static final Kind<Hypervisor> HYPERVISOR =
            new Kind<>("hypervisor", Hypervisor.class, GuardedHypervisor::new);
    public static final Kind<MetadataStorage> STORAGE =
            new Kind<>("storage", MetadataStorage.class, GuardedStorage::new);
    public static final Kind<VmFactory> FACTORY =
            new Kind<>("factory", VmFactory.class, GuardedFactory::new);
    public static final Kind<AgentDriver> AGENT =
            new Kind<>("agent", AgentDriver.class, GuardedDriver::new);

    @Override
    public String toString() {
        return name;
    }
}
