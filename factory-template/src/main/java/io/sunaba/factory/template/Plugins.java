package io.sunaba.factory.template;

import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import java.util.Collection;

/// The plugins that serve now.
interface Plugins {
    /// @throws io.sunaba.error.UnavailableException if it is not there
    Hypervisor hypervisor(String name);

    /// @throws io.sunaba.error.UnavailableException if it is not there
    AgentDriver agent(String name);

    /// @throws io.sunaba.error.UnavailableException if it is not there
    VmFactory factory(String name);

    /// Returns all hypervisors that are there.
    Collection<Hypervisor> hypervisors();
}
