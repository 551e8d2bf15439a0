package io.sunaba.core.plugin;

import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.storage.MetadataStorage;

/// A kind of plugin.
///
/// @param name what people call it
/// @param type the service that such a plugin registers
public record Kind<T>(String name, Class<T> type) {
    public static final Kind<Hypervisor> HYPERVISOR = new Kind<>("hypervisor", Hypervisor.class);
    public static final Kind<MetadataStorage> STORAGE =
            new Kind<>("storage", MetadataStorage.class);
    public static final Kind<VmFactory> FACTORY = new Kind<>("factory", VmFactory.class);
    public static final Kind<AgentDriver> AGENT = new Kind<>("agent", AgentDriver.class);

    @Override
    public String toString() {
        return name;
    }
}
