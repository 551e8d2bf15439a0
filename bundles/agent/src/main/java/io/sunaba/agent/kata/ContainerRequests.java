package io.sunaba.agent.kata;

import io.sunaba.agent.GuestContainer;
import io.sunaba.error.RejectedException;
import io.sunaba.guest.protocol.CreateContainerRequest;
import io.sunaba.guest.protocol.ExecProcessRequest;
import io.sunaba.guest.protocol.Storage;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import java.util.List;

/// Builds the requests that create a container and run further processes in it.
final class ContainerRequests {
    private static final String CONTAINERS = "/run/kata-containers/";

    private ContainerRequests() {}

    /// @param ours whether the agent is ours, which looks up users by name, too
    static CreateContainerRequest create(GuestContainer container, boolean ours) {
        String id = container.config().id();
        String home = CONTAINERS + id;
        CreateContainerRequest.Builder request =
                CreateContainerRequest.newBuilder()
                        .setContainerId(id)
                        .setExecId(id)
                        .addAllStorages(
                                switch (container.root()) {
                                    case GuestContainer.Disk disk -> writableLayer(home, disk);
                                    case GuestContainer.Share share ->
                                            throw new RejectedException(
                                                    "container %s: root on share \"%s\": must be on a disk"
                                                            .formatted(id, share.tag()));
                                })
                        .setSandboxPidns(container.sharedPidNamespace())
                        .setOCI(OciSpec.of(container.config(), home + "/rootfs", ours));
        if (!ours && dropsSomething(container.config())) {
            throw new RejectedException(
                    "container %s: seccomp with a default error number is not supported by this agent"
                            .formatted(id));
        }
        OciUser.names(container.config().process().user(), ours).ifPresent(request::setStringUser);
        return request.build();
    }

    /// @param resolvesNames whether the agent looks up users by name
    static ExecProcessRequest exec(
            String containerId, String processId, ProcessConfig process, boolean resolvesNames) {
        ExecProcessRequest.Builder request =
                ExecProcessRequest.newBuilder()
                        .setContainerId(containerId)
                        .setExecId(processId)
                        .setProcess(OciProcess.of(process));
        OciUser.names(process.user(), resolvesNames).ifPresent(request::setStringUser);
        return request.build();
    }

    /// Tells whether the configuration has what only our agent's protocol can say.
    private static boolean dropsSomething(ContainerConfig config) {
        return config.seccomp() != null && config.seccomp().defaultErrno() != null;
    }

    /// The shared memory of a sandbox, in the guest's memory.
    static Storage sharedMemory() {
        return Storage.newBuilder()
                .setDriver("ephemeral")
                .setSource("shm")
                .setFstype("tmpfs")
                .addAllOptions(List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k"))
                .setMountPoint(OciDefaults.SHARED_MEMORY)
                .build();
    }

    /// The disk, and an overlay over it whose upper layer is in the guest's memory.
    private static List<Storage> writableLayer(String home, GuestContainer.Disk disk) {
        Storage lower =
                Storage.newBuilder()
                        .setDriver("blk")
                        .setSource(disk.disk().value())
                        .setFstype(disk.fileSystem())
                        .addOptions("ro")
                        .setMountPoint(home + "/lower")
                        .build();
        Storage overlay =
                Storage.newBuilder()
                        .setDriver("overlayfs")
                        .setSource("overlay")
                        .setFstype("overlay")
                        .addOptions("lowerdir=" + home + "/lower")
                        .addOptions("upperdir=" + home + "/upper")
                        .addOptions("workdir=" + home + "/work")
                        .setMountPoint(home + "/rootfs")
                        .build();
        return List.of(lower, overlay);
    }
}
