package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.Storage;
import java.io.IOException;

/// What every host asks of an agent first, done once before any host asks.
///
/// Code that runs for the first time takes many times as long. A machine that boots pays for it
/// sooner instead of later; but the copies of a machine, and those that wait in store, have paid.
final class Rehearsal {
    private static final CreateSandboxRequest SANDBOX =
            CreateSandboxRequest.newBuilder()
                    .setSandboxId("rehearsal")
                    .setHostname("localhost")
                    .addStorages(
                            Storage.newBuilder()
                                    .setDriver("ephemeral")
                                    .setSource("shm")
                                    .setFstype("tmpfs")
                                    .setMountPoint("/run/kata-containers/rehearsal")
                                    .addOptions("nosuid")
                                    .addOptions("mode=1777"))
                    .build();

    private Rehearsal() {}

    /// Leaves nothing behind. That it fails is no reason not to serve: the host will hear why.
    static void run(Agent agent) throws InterruptedException {
        try {
            agent.createSandbox(CreateSandboxRequest.parseFrom(SANDBOX.toByteArray()));
            agent.destroySandbox();
        } catch (IOException | RuntimeException e) {
            Log.warn("the rehearsal failed", e);
        }
    }
}
