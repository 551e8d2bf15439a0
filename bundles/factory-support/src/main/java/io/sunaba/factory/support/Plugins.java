package io.sunaba.factory.support;

import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;

/// The plugins that serve now.
public interface Plugins {
    /// @throws io.sunaba.error.UnavailableException if it is not there
    Hypervisor hypervisor(String name);

    /// @throws io.sunaba.error.UnavailableException if it is not there
    AgentDriver agent(String name);

    /// @throws io.sunaba.error.UnavailableException if it is not there
    VmFactory factory(String name);
}
