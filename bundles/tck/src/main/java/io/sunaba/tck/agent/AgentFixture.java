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

    /// Returns where the agent is reached. The guest may still be booting, and has been prepared
    /// for a sandbox.
    AgentEndpoint guest() throws Exception;

    /// Returns a container to be created in that guest. There are the usual programs in it, such as
    /// `sh`, `cat`, `head`, `tr` and `sleep`.
    ///
    /// @param id its id, which no other has
    /// @param arguments its first process
    GuestContainer container(String id, List<String> arguments);
}
