package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// Finds disks by where they are plugged in.
///
/// A place is the slots on the way from the root bus, each `slot` or `slot.function` in
/// hexadecimal: `08/00` is slot 0 behind the port in slot 8.
final class BlockDevices {
    private static final int TIMEOUT_SECONDS = 20;
    private static final Pattern PLACE =
            Pattern.compile("[0-9a-f]{2}(\\.[0-7])?(/[0-9a-f]{2}(\\.[0-7])?)*");

    private static final Path BLOCK_DEVICES = Path.of("/sys/class/block");

    /// The number of a device.
    record DeviceNumber(int major, int minor) {}

    private final Path rootBus;
    private final Path deviceFiles;
    private final Uevents uevents;

    /// @param rootBus the directory of the first PCI bus in sysfs
    /// @param deviceFiles where device files are
    BlockDevices(Path rootBus, Path deviceFiles, Uevents uevents) {
        this.rootBus = rootBus;
        this.deviceFiles = deviceFiles;
        this.uevents = uevents;
    }

    /// Waits until the disk at the place is there, and gives its device file.
    ///
    /// @param source a place, or a device file, which must be there
    Path await(String source) throws IOException, InterruptedException {
        if (source.startsWith("/dev/")) {
            if (!Files.exists(Path.of(source))) {
                throw Failures.notFound("no block device " + source);
            }
            return Path.of(source);
        }
        if (!PLACE.matcher(source).matches()) {
            throw Failures.invalid("'" + source + "' is neither a PCI path nor a device");
        }
        CompletableFuture<Path> found = new CompletableFuture<>();
        try (Uevents.Subscription _ = uevents.subscribe(event -> look(source, event, found))) {
            // Those that are there already send no event any more.
            Optional<Path> present = find(source);
            if (present.isPresent()) {
                return present.get();
            }
            return found.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw Failures.notFound(
                    "no block device at PCI path "
                            + source
                            + " came within "
                            + TIMEOUT_SECONDS
                            + " s");
        } catch (ExecutionException e) {
            throw new IOException("looking for the block device at " + source, e.getCause());
        }
    }

    private void look(String source, Uevents.Event event, CompletableFuture<Path> found) {
        if (event.action().equals("add") && event.device().contains("/block/")) {
            try {
                find(source).ifPresent(found::complete);
            } catch (IOException e) {
                found.completeExceptionally(e);
            }
        }
    }

    Optional<Path> find(String place) throws IOException {
        Path device = rootBus;
        for (String slot : place.split("/", -1)) {
            String suffix = ":" + (slot.contains(".") ? slot : slot + ".0");
            Optional<Path> next = child(device, "*" + suffix);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            device = next.get();
        }
        Optional<Path> virtio = child(device, "virtio*");
        if (virtio.isEmpty() || !Files.isDirectory(virtio.get().resolve("block"))) {
            return Optional.empty();
        }
        // The kernel makes a disk's file after its entry in sysfs, and before it tells of it.
        return child(virtio.get().resolve("block"), "*")
                .map(block -> deviceFiles.resolve(block.getFileName()))
                .filter(Files::exists);
    }

    /// Returns the number of a disk.
    ///
    /// @param device its device file
    DeviceNumber number(Path device) throws IOException {
        Path file = BLOCK_DEVICES.resolve(String.valueOf(device.getFileName())).resolve("dev");
        String[] parts = Files.readString(file).strip().split(":", -1);
        return new DeviceNumber(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    private static Optional<Path> child(Path directory, String glob) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, glob)) {
            for (Path child : children) {
                return Optional.of(child);
            }
        }
        return Optional.empty();
    }
}
