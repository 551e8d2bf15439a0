package io.sunaba.core.fake;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.MachineState;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// An agent plugin that reaches into the machines of a fake hypervisor.
public final class FakeAgentDriver implements AgentDriver {
    public final AtomicInteger openConnections = new AtomicInteger();
    private final FakeHypervisor hypervisor;
    private final Faults faults;

    public FakeAgentDriver(FakeHypervisor hypervisor, Faults faults) {
        this.hypervisor = hypervisor;
        this.faults = faults;
    }

    @Override
    public Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException {
        faults.at("driver.connect");
        FakeHypervisor.Host host = hypervisor.host(endpoint);
        if (host == null || host.state == MachineState.GONE) {
            throw new UnavailableException("nobody at " + endpoint);
        }
        if (host.state == MachineState.CREATED) {
            throw new TimedOutException("no answer from " + endpoint);
        }
        return new FakeAgent(host, faults, openConnections);
    }
}
