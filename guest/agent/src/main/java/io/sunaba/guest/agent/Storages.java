package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.Storage;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// File systems that the host wants mounted, for a container or for the whole sandbox.
final class Storages {
    /// Names of the drivers, as the host is told.
    static final List<String> DRIVERS =
            List.of("blk", "virtio-fs", "overlayfs", "ephemeral", "local");

    /// Something mounted.
    ///
    /// @param directories that were made for it, outermost first
    /// @param layers those of them that an overlay has its files in
    record Mounted(Path point, List<Path> directories, List<Path> layers) {}

    private final SystemCalls calls;
    private final BlockDevices blockDevices;
    private final SharedDirectories sharedDirectories;

    Storages(SystemCalls calls, BlockDevices blockDevices, SharedDirectories sharedDirectories) {
        this.calls = calls;
        this.blockDevices = blockDevices;
        this.sharedDirectories = sharedDirectories;
    }

    BlockDevices blockDevices() {
        return blockDevices;
    }

    /// Mounts all, in this order, or none.
    ///
    /// @return what is mounted, for [#unmount]
    List<Mounted> mount(List<Storage> storages) throws IOException, InterruptedException {
        List<Mounted> mounted = new ArrayList<>();
        try {
            for (Storage storage : storages) {
                Mounted made =
                        new Mounted(mountPoint(storage), new ArrayList<>(), new ArrayList<>());
                // Noted first: what fails half way leaves at least directories.
                mounted.add(made);
                makeDirectories(made.point(), made.directories());
                mount(storage, made);
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

    /// Makes a directory and its parents, as far as they are not there.
    private static void makeDirectories(Path directory, List<Path> made) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.getParent();
            if (parent != null) {
                makeDirectories(parent, made);
            }
            try {
                Files.createDirectory(directory);
                made.add(directory);
            } catch (FileAlreadyExistsException e) {
                // Made for another container this moment; if it is a file, mounting tells.
            }
        }
    }

    private void mount(Storage storage, Mounted made) throws IOException, InterruptedException {
        Path point = made.point();
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
            case "virtio-fs" -> sharedDirectories.mount(storage.getSource(), point, options);
            case "overlayfs" -> {
                for (String option : storage.getOptionsList()) {
                    if (option.startsWith("upperdir=") || option.startsWith("workdir=")) {
                        makeLayer(Path.of(option.substring(option.indexOf('=') + 1)), made);
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

    /// A layer that was there before keeps what is in it: it is not the agent's.
    private static void makeLayer(Path layer, Mounted made) throws IOException {
        if (!Files.exists(layer)) {
            makeDirectories(layer, made.directories());
            made.layers().add(layer);
        }
    }

    /// Unmounts in reverse order, as far as that goes, and removes what was made for it.
    void unmount(List<Mounted> mounted) {
        for (Mounted made : mounted.reversed()) {
            try {
                calls.unmount(made.point().toString(), 0);
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.EINVAL && e.errno() != ErrnoException.ENOENT) {
                    detach(made.point(), e);
                }
            }
            made.layers().forEach(Storages::removeLayer);
            made.directories().reversed().forEach(Storages::removeDirectory);
        }
    }

    private static void removeLayer(Path layer) {
        try {
            DirectoryTree.remove(layer);
        } catch (IOException e) {
            Log.warn("removing layer " + layer, e);
        }
    }

    private static void removeDirectory(Path directory) {
        try {
            Files.delete(directory);
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            // Gone already, or shared with others.
        } catch (IOException e) {
            Log.warn("removing directory " + directory, e);
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
