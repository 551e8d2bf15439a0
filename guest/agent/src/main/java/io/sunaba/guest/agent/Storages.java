package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.Storage;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// File systems that the host wants mounted, for a container or for the whole sandbox.
final class Storages {
    /// Names of the drivers, as the host is told.
    static final List<String> DRIVERS = List.of("blk", "overlayfs", "ephemeral", "local");

    private final SystemCalls calls;
    private final BlockDevices blockDevices;

    Storages(SystemCalls calls, BlockDevices blockDevices) {
        this.calls = calls;
        this.blockDevices = blockDevices;
    }

    /// Mounts all, in this order, or none.
    ///
    /// @return the mount points, for [#unmount]
    List<Path> mount(List<Storage> storages) throws IOException, InterruptedException {
        List<Path> mounted = new ArrayList<>();
        try {
            for (Storage storage : storages) {
                Path point = mountPoint(storage);
                Files.createDirectories(point);
                // Noted first: a driver that fails half way leaves at least the directory.
                mounted.add(point);
                mount(storage, point);
            }
            return mounted;
        } catch (Throwable e) {
            unmount(mounted);
            throw e;
        }
    }

    private static Path mountPoint(Storage storage) {
        Path point = Path.of(storage.getMountPoint());
        if (!point.isAbsolute() || !point.equals(point.normalize())) {
            throw Failures.invalid(
                    "mount point '" + storage.getMountPoint() + "' is not a plain absolute path");
        }
        return point;
    }

    private void mount(Storage storage, Path point) throws IOException, InterruptedException {
        MountOptions options = MountOptions.parse(storage.getOptionsList());
        switch (storage.getDriver()) {
            case "blk" -> {
                String device = blockDevices.await(storage.getSource()).toString();
                calls.mount(
                        device,
                        point.toString(),
                        storage.getFstype(),
                        options.flags(),
                        options.data());
            }
            case "overlayfs" -> {
                for (String option : storage.getOptionsList()) {
                    if (option.startsWith("upperdir=") || option.startsWith("workdir=")) {
                        Files.createDirectories(Path.of(option.substring(option.indexOf('=') + 1)));
                    }
                }
                calls.mount(
                        "overlay", point.toString(), "overlay", options.flags(), options.data());
            }
            case "ephemeral" ->
                    calls.mount(
                            "tmpfs", point.toString(), "tmpfs", options.flags(), options.data());
            case "local" -> {
                // The directory is all there is to it.
            }
            default ->
                    throw Failures.invalid(
                            "storage driver '"
                                    + storage.getDriver()
                                    + "' is none of "
                                    + String.join(", ", DRIVERS));
        }
    }

    /// Unmounts in reverse order, as far as that goes, and removes the mount points.
    void unmount(List<Path> mounted) {
        for (Path point : mounted.reversed()) {
            try {
                calls.unmount(point.toString(), 0);
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.EINVAL && e.errno() != ErrnoException.ENOENT) {
                    detach(point, e);
                }
            }
            try {
                Files.delete(point);
            } catch (NoSuchFileException | DirectoryNotEmptyException e) {
                // Gone already, or shared with others.
            } catch (IOException e) {
                Log.warn("removing mount point " + point, e);
            }
        }
    }

    private void detach(Path point, ErrnoException reason) {
        Log.warn("unmounting later", reason);
        try {
            calls.unmount(point.toString(), SystemCalls.MNT_DETACH);
        } catch (ErrnoException e) {
            Log.warn("unmounting", e);
        }
    }
}
