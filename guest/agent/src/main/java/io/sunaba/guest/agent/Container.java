package io.sunaba.guest.agent;

import io.grpc.StatusRuntimeException;
import io.sunaba.guest.protocol.AddDeviceRequest;
import io.sunaba.guest.protocol.LinuxDeviceCgroup;
import io.sunaba.guest.protocol.StringUser;
import io.sunaba.guest.protocol.User;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A container, from its creation to its removal.
final class Container {
    /// How many ended processes are remembered, the oldest of which are dropped.
    static final int MAX_ENDED = 1024;

    /// How much of what ended processes printed may wait in memory for word that it has arrived;
    /// the oldest processes are dropped here too.
    private static final int MAX_KEPT_BYTES = 2 << 20;

    private static final int DEFAULT_REMOVE_SECONDS = 30;

    /// CREATED -> RUNNING <-> PAUSED -> STOPPED; any -> REMOVED.
    enum State {
        CREATED,
        RUNNING,
        PAUSED,
        STOPPED,
        REMOVED
    }

    private final String id;
    private final Launcher launcher;
    private final Path bundle;
    private final Path root;
    private final Cgroup cgroup;
    private final List<Storages.Mounted> mounts;
    private final ContainerProcess first;
    private final AddedDevices devices;

    /// Guarded by itself.
    private final Map<String, ContainerProcess> processes = new LinkedHashMap<>();

    private int execs;
    private State state = State.CREATED;

    Container(
            String id,
            Launcher launcher,
            Path bundle,
            Path root,
            Cgroup cgroup,
            List<Storages.Mounted> mounts,
            List<LinuxDeviceCgroup> deviceRules,
            ContainerProcess first) {
        this.id = id;
        this.launcher = launcher;
        this.bundle = bundle;
        this.root = root;
        this.cgroup = cgroup;
        this.mounts = List.copyOf(mounts);
        this.first = first;
        this.devices =
                new AddedDevices(
                        id,
                        launcher,
                        deviceRules,
                        resources -> limit(OciResources.resources(resources)));
        processes.put(first.id(), first);
        var _ = first.exit().thenRun(this::stopped);
    }

    /// Not synchronized with what changes the state: an operation may wait for the exit.
    private void stopped() {
        launcher.executor().execute(this::markStopped);
    }

    private synchronized void markStopped() {
        if (state != State.REMOVED) {
            state = State.STOPPED;
            killRest();
        }
    }

    /// In a PID namespace that it shares, the others do not end with the first.
    private void killRest() {
        try {
            cgroup.signal(SystemCalls.SIGKILL, launcher.calls());
        } catch (IOException e) {
            Log.warn("killing the rest of container " + id, e);
        }
    }

    Cgroup cgroup() {
        return cgroup;
    }

    synchronized void start() throws IOException, InterruptedException {
        require("start", State.CREATED);
        state = State.RUNNING;
        try {
            launcher.crun().run("start", id);
        } catch (IOException | StatusRuntimeException e) {
            state = first.ended() ? State.STOPPED : State.CREATED;
            throw e;
        }
    }

    synchronized void pause() throws IOException, InterruptedException {
        require("pause", State.RUNNING);
        launcher.crun().run("pause", id);
        state = State.PAUSED;
    }

    synchronized void resume() throws IOException, InterruptedException {
        require("resume", State.PAUSED);
        launcher.crun().run("resume", id);
        state = State.RUNNING;
    }

    synchronized void update(Json resources) throws IOException, InterruptedException {
        require("update", State.CREATED, State.RUNNING, State.PAUSED);
        limit(resources);
    }

    private void limit(Json resources) throws IOException, InterruptedException {
        Path file = bundle.resolve("resources.json");
        Files.writeString(file, resources.toString());
        launcher.crun().run("update", "--resources=" + file, id);
    }

    synchronized void addDevice(AddDeviceRequest request) throws IOException, InterruptedException {
        require("add a device to", State.CREATED, State.RUNNING, State.PAUSED);
        if (first.ended()) {
            throw Failures.wrongState("container " + id + " has ended");
        }
        devices.add(first.pid(), request);
    }

    synchronized void removeDevice(String deviceId) throws IOException, InterruptedException {
        if (state == State.REMOVED) {
            throw Failures.notFound("no container " + id);
        }
        devices.remove(first.ended() ? null : first.pid(), deviceId);
    }

    synchronized void exec(String execId, Json process, boolean terminal)
            throws IOException, InterruptedException {
        require("start a process in", State.RUNNING);
        if (hasProcess(execId)) {
            throw Failures.exists("process " + execId + " exists in container " + id);
        }
        String prefix = "exec-" + ++execs;
        Path file = bundle.resolve(prefix + ".json");
        Files.writeString(file, process.toString());
        try {
            List<String> command = List.of("exec", "--detach", "--process=" + file, id);
            add(launcher.start(execId, id, command, bundle.resolve(prefix), terminal));
        } finally {
            Files.delete(file);
        }
    }

    /// Finds the user of a process by names that the container knows.
    synchronized User lookUp(User given, StringUser wanted) throws IOException {
        require("start a process in", State.RUNNING);
        return Users.lookUp(launcher.calls(), root, given, wanted);
    }

    private boolean hasProcess(String execId) {
        synchronized (processes) {
            return processes.containsKey(execId);
        }
    }

    private void add(ContainerProcess process) {
        List<ContainerProcess> dropped = new ArrayList<>();
        synchronized (processes) {
            processes.put(process.id(), process);
            List<ContainerProcess> ended =
                    processes.values().stream()
                            .filter(each -> each.ended() && !each.id().equals(first.id()))
                            .toList();
            int kept = ended.stream().mapToInt(each -> each.streams().kept()).sum();
            for (ContainerProcess oldest : ended) {
                if (ended.size() - dropped.size() <= MAX_ENDED && kept <= MAX_KEPT_BYTES) {
                    break;
                }
                kept -= oldest.streams().kept();
                processes.remove(oldest.id());
                dropped.add(oldest);
            }
        }
        dropped.forEach(candidate -> candidate.streams().close());
    }

    /// Finds a process.
    ///
    /// @param execId empty = the first one
    ContainerProcess process(String execId) {
        ContainerProcess process;
        synchronized (processes) {
            process = execId.isEmpty() ? first : processes.get(execId);
        }
        if (process == null) {
            throw Failures.notFound("no process " + execId + " in container " + id);
        }
        return process;
    }

    /// Sends a signal.
    ///
    /// @param execId empty = to all processes
    void signal(String execId, int signal) throws IOException {
        if (execId.isEmpty()) {
            cgroup.signal(signal, launcher.calls());
            return;
        }
        ContainerProcess process = process(execId);
        if (!process.ended()) {
            kill(process.pid(), signal);
        } else if (signal != SystemCalls.SIGKILL) {
            throw Failures.wrongState("process " + execId + " in container " + id + " has ended");
        }
    }

    private void kill(int pid, int signal) throws ErrnoException {
        try {
            launcher.calls().kill(pid, signal);
        } catch (ErrnoException e) {
            // It may have ended this moment.
            if (e.errno() != ErrnoException.ESRCH) {
                throw e;
            }
        }
    }

    /// Ends what still runs, and leaves nothing behind.
    ///
    /// @param seconds that the processes may take to end; 0 = as long as usual
    synchronized void remove(int seconds) throws IOException, InterruptedException {
        if (state == State.REMOVED) {
            throw Failures.notFound("no container " + id);
        }
        if (!first.ended()) {
            cgroup.signal(SystemCalls.SIGKILL, launcher.calls());
            kill(first.pid(), SystemCalls.SIGKILL);
        }
        awaitEnd(seconds == 0 ? DEFAULT_REMOVE_SECONDS : seconds);
        launcher.crun().run("delete", "--force", id);
        state = State.REMOVED;
        synchronized (processes) {
            processes.values().forEach(process -> process.streams().close());
        }
        devices.close();
        launcher.storages().unmount(mounts);
        deleteDirectory(bundle);
    }

    private void awaitEnd(int seconds) throws InterruptedException {
        try {
            first.exit().get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw Failures.wrongState(
                    "the processes of container " + id + " did not end within " + seconds + " s");
        } catch (ExecutionException e) {
            throw new IllegalStateException("exits do not fail", e);
        }
    }

    private void require(String what, State... states) {
        for (State allowed : states) {
            if (state == allowed) {
                return;
            }
        }
        if (state == State.REMOVED) {
            throw Failures.notFound("no container " + id);
        }
        throw Failures.wrongState(
                "cannot " + what + " container " + id + ", which is " + state.name());
    }

    static void deleteDirectory(@Nullable Path directory) throws IOException {
        if (directory == null || !Files.exists(directory)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                Files.delete(child);
            }
        }
        Files.delete(directory);
    }
}
