package io.sunaba.agent;

import io.sunaba.hypervisor.AgentEndpoint;
import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;

/// Speaks a guest protocol. Implemented by plugins, called by the core and by VM factories.
///
/// May be called from any thread, for different endpoints at once.
@ConsumerType
public interface AgentDriver {
    /// Service property: the name by which configuration chooses the plugin, such as `kata`.
    String NAME = "sunaba.name";

    /// Connects to the agent of a guest and returns once it has answered. The guest may still be
    /// booting: the call waits for it, without polling where the transport allows. An earlier
    /// connection to the same serial port is superseded, but one that was left (see [Agent#leave])
    /// is what this returns, if it is still there.
    ///
    /// @param timeout how long to wait for the first answer
    /// @throws io.sunaba.error.TimedOutException if the agent did not answer in time
    /// @throws io.sunaba.error.UnavailableException if the endpoint is gone, or nobody listens
    ///   there
    Agent connect(AgentEndpoint endpoint, Duration timeout) throws InterruptedException;
}
