package io.sunaba.factory;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.hypervisor.Machine;

/// A running machine and the connection to the agent in it. Whoever holds it ends the one and
/// closes the other.
///
/// @param machine the machine, in `RUNNING`
/// @param agent a connection over which the agent answered
public record Vm(Machine machine, Agent agent) {
    public Vm {
        requireNonNull(machine, "machine is null");
        requireNonNull(agent, "agent is null");
    }
}
