package io.sunaba.tck.agent;

import io.sunaba.agent.AgentDriver;
import io.sunaba.agent.GuestContainer;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A guest that is played, and a driver for it.
public final class BrokenAgentFixture implements AgentFixture {
    private final @Nullable AgentFault fault;
    private final PlayGuest guest;

    /// Has no fault.
    public BrokenAgentFixture() throws IOException {
        this(null);
    }

    BrokenAgentFixture(@Nullable AgentFault fault) throws IOException {
        this.fault = fault;
        guest = new PlayGuest();
    }

    @Override
    public AgentDriver open() {
        return new BrokenAgentDriver(fault);
    }

    @Override
    public void close(AgentDriver driver) {
        ((BrokenAgentDriver) driver).stop();
    }

    @Override
    public AgentEndpoint guest() {
        return new AgentEndpoint.UnixSocket(guest.socket);
    }

    @Override
    public GuestContainer container(String id, List<String> arguments) {
        return new GuestContainer(
                new ContainerConfig(
                        id, new Rootfs.Shared(Path.of("/")), new ProcessConfig(arguments)),
                new GuestContainer.Share("root"),
                false);
    }

    @Override
    public void close() throws IOException {
        guest.close();
    }
}
