package io.sunaba.core.guard;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.hypervisor.AgentEndpoint;
import java.time.Duration;

/// An agent plugin behind its guard.
public record GuardedDriver(Guard guard, AgentDriver driver) implements AgentDriver {
    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException {
        return GuardedAgent.of(
                guard,
                guard.make(
                        "connect", timeout, () -> driver.connect(endpoint, timeout), Agent::close));
    }
}
