package io.sunaba.tck.agent;

import io.sunaba.agent.AgentDriver;
import io.sunaba.agent.GuestContainer;
import io.sunaba.hypervisor.AgentEndpoint;
import java.util.List;

/// A guest with an agent that the plugin speaks to. Closing the fixture gives it back.
///
/// All checks may be given the same guest, one after the other: each removes the containers that it
/// has made, if the agent does what it should.
public interface AgentFixture extends AutoCloseable {
    /// Opens the driver as the plugin's activation does.
    AgentDriver open() throws Exception;

    /// Closes what [#open] returned, as the plugin's deactivation does.
    void close(AgentDriver driver) throws Exception;

    /// Returns where the agent is reached: of the same guest as often as a check asks. It lives,
    /// and has a sandbox: you have connected, called [io.sunaba.agent.Agent#createSandbox] without
    /// a shared PID namespace, and closed that connection.
    AgentEndpoint guest() throws Exception;

    /// Returns a container to be created in that guest, without limits, a terminal or anything else
    /// out of the ordinary. There are `sh`, `cat`, `echo`, `head`, `sleep`, `tr` and `true` in it.
    /// A few live at once, and may share a read-only root file system.
    ///
    /// @param id its id; it may have been used for one that is gone
    /// @param arguments its first process, to be run as they are
    GuestContainer container(String id, List<String> arguments);
}
