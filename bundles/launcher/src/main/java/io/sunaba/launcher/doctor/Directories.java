package io.sunaba.launcher.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The directories that the platform writes to, and what may be left in them.
final class Directories {
    private static final long TOO_LITTLE = 16L << 20;
    private static final long LITTLE = 1L << 30;

    private final Host host;
    private final boolean runs;

    /// @param runs whether the platform runs
    Directories(Host host, boolean runs) {
        this.host = host;
        this.runs = runs;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        try {
            findings.add(data());
            findings.add(space());
            findings.add(sockets());
        } catch (IOException e) {
            findings.add(
                    Finding.error("directories", e.toString(), "see to its owner and permissions"));
        }
        return findings;
    }

    private Finding data() throws IOException {
        Path data = host.data();
        String subject = "data";
        if (!Files.exists(data)) {
            Path above = existing(data);
            return Files.isWritable(above)
                    ? Finding.ok(subject, data + " will be made")
                    : Finding.error(
                            subject,
                            "%s does not exist, and this user may not write to %s"
                                    .formatted(data, above),
                            "set SUNABA_DATA to a directory of this user");
        }
        String owner = Files.getOwner(data).getName();
        String user = Files.getOwner(Path.of("/proc/self")).getName();
        if (!Files.isDirectory(data)) {
            return Finding.error(subject, data + " is no directory", "remove it");
        }
        if (!owner.equals(user)) {
            return Finding.error(
                    subject,
                    "%s belongs to %s, and this is %s".formatted(data, owner, user),
                    "run as %s, set SUNABA_DATA to another directory, or: chown -R %s %s"
                            .formatted(owner, user, data));
        }
        if (!Files.isWritable(data)) {
            return Finding.error(
                    subject, data + " cannot be written to", "is its file system read-only?");
        }
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(data));
        return mode.equals("rwx------")
                ? Finding.ok(subject, data + ", of " + owner + " alone")
                : Finding.warning(
                        subject,
                        "%s has mode %s: others may look at it".formatted(data, mode),
                        "chmod 700 " + data + "; the next start does so too");
    }

    private Finding space() throws IOException {
        Path place = existing(host.data());
        long free = Files.getFileStore(place).getUsableSpace();
        String detail = "%d MiB are free in %s".formatted(free >> 20, place);
        String remedy = "make room, or set SUNABA_DATA to a directory elsewhere";
        return free < TOO_LITTLE
                ? Finding.error("space", detail + ", at least 16 are needed", remedy)
                : free < LITTLE
                        ? Finding.warning(
                                "space", detail + "; a template or an image may not fit", remedy)
                        : Finding.ok("space", detail);
    }

    private Finding sockets() throws IOException {
        Path socket = host.run().resolve("control.sock");
        if (runs) {
            return Files.exists(socket)
                    ? Finding.ok("sockets", socket.toString())
                    : Finding.error(
                            "sockets",
                            "the platform runs, and " + socket + " is gone",
                            "bin/sunaba stop and start; sandboxes go on");
        }
        if (Files.exists(socket)) {
            return Finding.warning(
                    "sockets",
                    socket + " was left by a platform that was killed",
                    "bin/sunaba start takes its place, and its sandboxes up again");
        }
        long machines = machines(host.run().resolve("qemu"));
        return Finding.ok(
                "sockets",
                machines == 0
                        ? "none is left in " + host.run()
                        : "%d machines wait in %s for the next start"
                                .formatted(machines, host.run()));
    }

    private static long machines(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(Files::isDirectory).count();
        }
    }

    private static Path existing(Path path) {
        @Nullable Path above = path;
        while (above != null && !Files.exists(above)) {
            above = above.getParent();
        }
        return above == null ? path : above;
    }
}
