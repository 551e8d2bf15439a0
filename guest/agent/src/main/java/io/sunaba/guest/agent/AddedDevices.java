package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.AddDeviceRequest;
import io.sunaba.guest.protocol.LinuxDeviceCgroup;
import io.sunaba.guest.protocol.LinuxResources;
import io.sunaba.guest.protocol.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The storage devices that were added to one container after it was created.
///
/// A file system is mounted twice: out of the container's sight first, and from there in the
/// container's own mount namespace, which goes away with its processes. A device file is no use
/// without a rule of the container's control group that lets it be opened. Not for use by several
/// threads at once.
final class AddedDevices {
    private static final Path MOUNTS = Path.of("/run/sunaba/devices");
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");

    /// Has crun set other rules for the container's control group.
    interface Rules {
        void set(LinuxResources resources) throws IOException, InterruptedException;
    }

    /// A device in the container.
    ///
    /// @param mounts that hold its file system; empty if it is a device file
    /// @param made directories that were made in the container, outermost first
    /// @param device the disk's device file in the guest, or null for a share
    /// @param rule that lets the container open it, or null
    private record Added(
            AddDeviceRequest request,
            List<Storages.Mounted> mounts,
            List<String> made,
            @Nullable Path device,
            @Nullable LinuxDeviceCgroup rule) {}

    private final String containerId;
    private final Storages storages;
    private final ContainerView view;
    private final SystemCalls calls;
    private final List<LinuxDeviceCgroup> rules;
    private final Rules applied;
    private final Map<String, Added> devices = new LinkedHashMap<>();

    /// @param rules those that the container was created with; none lets it open everything
    AddedDevices(
            String containerId, Launcher launcher, List<LinuxDeviceCgroup> rules, Rules applied) {
        this.containerId = containerId;
        this.storages = launcher.storages();
        this.view = launcher.view();
        this.calls = launcher.calls();
        this.rules = List.copyOf(rules);
        this.applied = applied;
    }

    /// Adds a device; on failure nothing is left of it.
    ///
    /// @param pid a process of the container
    void add(int pid, AddDeviceRequest request) throws IOException, InterruptedException {
        String id = request.getDeviceId();
        if (!ID.matcher(id).matches()) {
            throw Failures.invalid("device id '" + id + "' does not match " + ID);
        }
        if (devices.containsKey(id)) {
            throw Failures.exists("container " + containerId + " has a device " + id);
        }
        Path destination = Path.of(request.getDestination());
        if (!destination.isAbsolute()
                || destination.getParent() == null
                || !destination.normalize().toString().equals(request.getDestination())) {
            throw Failures.invalid(
                    "destination '" + request.getDestination() + "' is not a plain absolute path");
        }
        try {
            devices.put(
                    id,
                    request.getFstype().isEmpty() ? addFile(pid, request) : addMount(pid, request));
        } catch (ErrnoException e) {
            String text = "device " + id + ": " + e.getMessage();
            throw e.errno() == ErrnoException.EBUSY
                    ? Failures.wrongState(text)
                    : Failures.invalid(text);
        }
    }

    private Added addMount(int pid, AddDeviceRequest request)
            throws IOException, InterruptedException {
        boolean disk = request.getDriver().equals("blk");
        Path device = disk ? storages.blockDevices().await(request.getSource()) : null;
        List<Storages.Mounted> mounts = storages.mount(List.of(storage(request)));
        try {
            List<String> made = attach(pid, request);
            return new Added(request, mounts, made, device, null);
        } catch (Throwable e) {
            storages.unmount(mounts);
            throw e;
        }
    }

    private Path home(String deviceId) {
        return MOUNTS.resolve(containerId).resolve(deviceId);
    }

    private Storage storage(AddDeviceRequest request) {
        return Storage.newBuilder()
                .setDriver(request.getDriver())
                .setSource(request.getSource())
                .setFstype(request.getFstype())
                .addOptions("nodev")
                .addOptions(request.getReadOnly() ? "ro" : "rw")
                .setMountPoint(home(request.getDeviceId()).toString())
                .build();
    }

    private List<String> attach(int pid, AddDeviceRequest request) throws IOException {
        List<String> made = new ArrayList<>();
        int tree = view.namespaces().openTree(home(request.getDeviceId()).toString());
        try {
            view.in(
                    pid,
                    () -> {
                        try {
                            view.makeDirectories(request.getDestination(), made);
                            view.namespaces().attach(tree, request.getDestination());
                        } catch (IOException e) {
                            view.removeDirectories(made);
                            throw e;
                        }
                    });
            return made;
        } finally {
            calls.close(tree);
        }
    }

    private Added addFile(int pid, AddDeviceRequest request)
            throws IOException, InterruptedException {
        if (!request.getDriver().equals("blk")) {
            throw Failures.invalid(
                    "device " + request.getDeviceId() + " is no disk, so it needs a file system");
        }
        Path device = storages.blockDevices().await(request.getSource());
        BlockDevices.DeviceNumber number = storages.blockDevices().number(device);
        LinuxDeviceCgroup rule =
                LinuxDeviceCgroup.newBuilder()
                        .setAllow(true)
                        .setType("b")
                        .setMajor(number.major())
                        .setMinor(number.minor())
                        .setAccess(request.getReadOnly() ? "r" : "rw")
                        .build();
        String file = request.getDestination();
        List<String> made = new ArrayList<>();
        view.in(
                pid,
                () -> {
                    try {
                        String parent = String.valueOf(Path.of(file).getParent());
                        view.makeDirectories(parent, made);
                        view.namespaces().makeBlockDevice(file, number.major(), number.minor());
                    } catch (IOException e) {
                        view.removeDirectories(made);
                        throw e;
                    }
                });
        try {
            allow(rule, null);
        } catch (Throwable e) {
            view.in(pid, () -> removeFile(file, made));
            throw e;
        }
        return new Added(request, List.of(), made, device, rule);
    }

    private void removeFile(String file, List<String> made) throws ErrnoException {
        try {
            view.namespaces().removeFile(file);
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ENOENT) {
                throw e;
            }
        }
        view.removeDirectories(made);
    }

    /// The last rule that fits a device decides.
    private void allow(@Nullable LinuxDeviceCgroup more, @Nullable LinuxDeviceCgroup less)
            throws IOException, InterruptedException {
        if (rules.isEmpty()) {
            return;
        }
        LinuxResources.Builder resources = LinuxResources.newBuilder().addAllDevices(rules);
        for (Added added : devices.values()) {
            if (added.rule() != null && !added.rule().equals(less)) {
                resources.addDevices(added.rule());
            }
        }
        if (more != null) {
            resources.addDevices(more);
        }
        applied.set(resources.build());
    }

    /// Removes a device; if it is in use, nothing changes.
    ///
    /// @param pid a process of the container, or null if they have ended
    void remove(@Nullable Integer pid, String id) throws IOException, InterruptedException {
        Added added = devices.get(id);
        if (added == null) {
            throw Failures.notFound("no device " + id + " in container " + containerId);
        }
        if (added.mounts().isEmpty()) {
            removeFile(pid, added);
        } else {
            removeMount(pid, added);
        }
        devices.remove(id);
    }

    private void removeFile(@Nullable Integer pid, Added added)
            throws IOException, InterruptedException {
        calls.sync();
        requireFree(added);
        if (pid != null) {
            allow(null, added.rule());
            view.in(pid, () -> removeFile(added.request().getDestination(), added.made()));
        }
    }

    private void removeMount(@Nullable Integer pid, Added added)
            throws IOException, InterruptedException {
        if (pid != null) {
            view.in(pid, () -> detach(added));
        }
        storages.unmount(added.mounts());
        try {
            requireFree(added);
        } catch (IOException | RuntimeException e) {
            List<Storages.Mounted> again = storages.mount(List.of(storage(added.request())));
            List<String> made = pid == null ? List.of() : attach(pid, added.request());
            devices.put(
                    added.request().getDeviceId(),
                    new Added(added.request(), again, made, added.device(), null));
            throw e;
        }
    }

    private void detach(Added added) throws ErrnoException {
        try {
            calls.unmount(added.request().getDestination(), SystemCalls.UMOUNT_NOFOLLOW);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EBUSY) {
                throw inUse(added);
            }
            // Otherwise the container has unmounted it.
            if (e.errno() != ErrnoException.EINVAL && e.errno() != ErrnoException.ENOENT) {
                throw e;
            }
        }
        view.removeDirectories(added.made());
    }

    /// Nobody else has mounted it, such as a process in a mount namespace of its own.
    private void requireFree(Added added) throws ErrnoException {
        if (added.device() == null) {
            return;
        }
        try {
            calls.close(
                    calls.open(
                            added.device().toString(), SystemCalls.O_RDONLY | SystemCalls.O_EXCL));
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EBUSY) {
                throw inUse(added);
            }
            throw e;
        }
    }

    private RuntimeException inUse(Added added) {
        return Failures.wrongState(
                "device "
                        + added.request().getDeviceId()
                        + " is in use in container "
                        + containerId
                        + ", at "
                        + added.request().getDestination());
    }

    /// Lets go of all, when the container's processes have ended.
    void close() {
        devices.values().forEach(added -> storages.unmount(added.mounts()));
        devices.clear();
    }
}
