package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;

/// A machine that has booted and waits, paused. The connection to its agent stays open: nothing is
/// sent on it meanwhile, and to make a new one would take two answers of the guest more.
///
/// @param hypervisorName the name of the hypervisor plugin
/// @param hypervisor the one that made the handle; of no use when it has gone
/// @param machine the handle
/// @param agent the connection
/// @param since when it began to wait, by [System#nanoTime]
record WaitingMachine(
        String hypervisorName, Hypervisor hypervisor, Machine machine, Agent agent, long since) {
    WaitingMachine {
        requireNonNull(hypervisorName, "hypervisorName is null");
        requireNonNull(hypervisor, "hypervisor is null");
        requireNonNull(machine, "machine is null");
        requireNonNull(agent, "agent is null");
    }
}
