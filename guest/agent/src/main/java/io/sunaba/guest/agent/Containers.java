package io.sunaba.guest.agent;

import io.grpc.StatusRuntimeException;
import io.sunaba.guest.protocol.CreateContainerRequest;
import io.sunaba.guest.protocol.Spec;
import io.sunaba.guest.protocol.StringUser;
import io.sunaba.guest.protocol.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// All containers of the sandbox.
final class Containers {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.+-]{0,127}");

    private final Launcher launcher;
    private final Path directory;
    private final Path cgroups;
    private final OomWatch oomWatch;
    private final NetworkFiles networkFiles;
    private final MachineId machineId;
    private final Map<String, Container> containers = new ConcurrentHashMap<>();

    /// Ids that are taken: of containers, and of those being made or removed.
    private final Map<String, Boolean> taken = new ConcurrentHashMap<>();

    /// @param directory for the bundles
    /// @param cgroups where the control groups are mounted
    Containers(
            Launcher launcher,
            Path directory,
            Path cgroups,
            OomWatch oomWatch,
            NetworkFiles networkFiles,
            MachineId machineId) {
        this.launcher = launcher;
        this.directory = directory;
        this.cgroups = cgroups;
        this.oomWatch = oomWatch;
        this.networkFiles = networkFiles;
        this.machineId = machineId;
    }

    Container require(String id) {
        Container container = containers.get(id);
        if (container == null) {
            throw Failures.notFound("no container " + id);
        }
        return container;
    }

    /// @param pidNamespace that it is to be in, or null for one of its own
    void create(CreateContainerRequest request, @Nullable PidNamespace pidNamespace)
            throws IOException, InterruptedException {
        String id = request.getContainerId();
        if (!ID.matcher(id).matches()) {
            throw Failures.invalid("container id '" + id + "' does not match " + ID);
        }
        refuseUnknown(request);
        if (taken.putIfAbsent(id, true) != null) {
            throw Failures.exists("container " + id + " exists");
        }
        try {
            containers.put(id, make(id, request, pidNamespace));
        } catch (Throwable e) {
            taken.remove(id);
            throw e;
        }
    }

    private static void refuseUnknown(CreateContainerRequest request) {
        if (request.getOCI().getProcess().getArgsCount() == 0) {
            throw Failures.invalid(
                    "container " + request.getContainerId() + " has no command to run");
        }
        refuse("devices", request.getDevicesCount() > 0);
        refuse("shared_mounts", request.getSharedMountsCount() > 0);
        refuse(
                "ports for streams",
                (request.getStdinPort() | request.getStdoutPort() | request.getStderrPort()) != 0);
    }

    static void refuse(String what, boolean present) {
        if (present) {
            throw Failures.invalid(what + " is not supported by this agent");
        }
    }

    private Container make(
            String id, CreateContainerRequest request, @Nullable PidNamespace pidNamespace)
            throws IOException, InterruptedException {
        Spec spec = request.getOCI();
        if (pidNamespace != null) {
            spec = pidNamespace.put(spec);
        }
        Cgroup cgroup = Cgroup.of(cgroups, spec.getLinux().getCgroupsPath(), id);
        Path bundle = directory.resolve(id);
        Path root = bundle.resolve(spec.getRoot().getPath());
        List<Storages.Mounted> mounts = launcher.storages().mount(request.getStoragesList());
        try {
            if (request.hasStringUser()) {
                spec = as(spec, root, request.getStringUser());
            }
            Files.createDirectory(bundle);
            networkFiles.provide();
            spec = machineId.mount(networkFiles.mountOwnHostName(spec, bundle), root);
            Files.writeString(
                    bundle.resolve("config.json"), OciConfig.spec(spec, cgroup.path()).toString());
            String execId = request.getExecId().isEmpty() ? id : request.getExecId();
            List<String> command = List.of("create", "--bundle=" + bundle, id);
            ContainerProcess first =
                    launcher.start(
                            execId,
                            id,
                            command,
                            bundle.resolve("first"),
                            spec.getProcess().getTerminal());
            oomWatch.watch(id, cgroup);
            return new Container(
                    id,
                    launcher,
                    bundle,
                    root,
                    cgroup,
                    mounts,
                    spec.getLinux().getResources().getDevicesList(),
                    first);
        } catch (Throwable e) {
            undo(id, bundle, mounts);
            throw e;
        }
    }

    private Spec as(Spec spec, Path root, StringUser wanted) throws IOException {
        User given = spec.getProcess().getUser();
        User user = Users.lookUp(launcher.calls(), root, given, wanted);
        return spec.toBuilder().setProcess(spec.getProcess().toBuilder().setUser(user)).build();
    }

    private void undo(String id, Path bundle, List<Storages.Mounted> mounts)
            throws InterruptedException {
        try {
            launcher.crun().run("delete", "--force", id);
        } catch (IOException | StatusRuntimeException e) {
            // It was never made.
        }
        launcher.storages().unmount(mounts);
        try {
            Container.deleteDirectory(bundle);
        } catch (IOException e) {
            Log.warn("removing " + bundle, e);
        }
    }

    void remove(String id, int seconds) throws IOException, InterruptedException {
        require(id).remove(seconds);
        oomWatch.forget(id);
        containers.remove(id);
        taken.remove(id);
    }

    /// Removes all, as far as that goes.
    void removeAll() throws InterruptedException {
        for (String id : List.copyOf(containers.keySet())) {
            try {
                remove(id, 0);
            } catch (IOException | StatusRuntimeException e) {
                Log.warn("removing container " + id, e);
            }
        }
    }
}
