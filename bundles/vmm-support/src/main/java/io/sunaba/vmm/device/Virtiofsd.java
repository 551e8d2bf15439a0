package io.sunaba.vmm.device;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.vmm.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The program that serves shared directories. There are two of the name: one that comes with QEMU
/// before 8, and one of its own.
///
/// @param program the program
/// @param dialect which of the two it is
public record Virtiofsd(Program program, Dialect dialect) {
    private static final List<String> PLACES =
            List.of("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/lib/virtiofsd");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Mounts the directory over itself, for this process and its children alone, and becomes the
    /// daemon. What is mounted below the directory is not in such a mount.
    private static final String READ_ONLY =
            "mount --bind -o ro -- \"$1\" \"$1\" && shift && exec \"$@\"";

    /// How it wants to be called.
    public enum Dialect {
        /// That of QEMU.
        QEMU,
        /// That of its own package.
        OWN
    }

    /// Says why no directory can be shared on this host; empty if one can.
    ///
    /// @param configured its path or name, or nothing to look where it usually is
    public static Optional<String> obstacle(String configured) {
        if (find(configured).isEmpty()) {
            return Optional.of(
                    "program virtiofsd is missing: it comes with the package virtiofsd, or qemu-system-common before QEMU 8, and was looked for at %s"
                            .formatted(places(configured)));
        }
        return isRoot()
                ? Optional.empty()
                : Optional.of("virtiofsd needs root, which the platform does not run as");
    }

    /// Returns the program.
    ///
    /// @throws RejectedException if no directory can be shared on this host
    public static Virtiofsd require(String configured) throws InterruptedException {
        obstacle(configured)
                .ifPresent(reason -> {
                    throw new RejectedException("directories cannot be shared: " + reason);
                });
        Program program = find(configured).orElseThrow();
        try {
            String help = program.output(PATIENCE, "--help");
            if (help.contains("--shared-dir")) {
                return new Virtiofsd(program, Dialect.OWN);
            }
            if (help.contains("source=PATH")) {
                return new Virtiofsd(program, Dialect.QEMU);
            }
        } catch (IOException e) {
            throw new UnavailableException("cannot ask %s for help".formatted(program.file()), e);
        }
        throw new UnavailableException("%s is no virtiofsd".formatted(program.file()));
    }

    private static Optional<Program> find(String configured) {
        return places(configured).stream().map(Program::find).flatMap(Optional::stream).findFirst();
    }

    private static List<String> places(String configured) {
        return configured.isEmpty() ? PLACES : List.of(configured);
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self", e);
        }
    }

    /// Returns the argument by which a daemon is told from all other processes: the socket is in
    /// the directory of its machine, which bears the machine's id.
    public static String socketArgument(Path socket) {
        return "--socket-path=" + socket;
    }

    /// Returns the command that serves a directory.
    public List<String> command(Path directory, boolean readOnly, Path socket) throws IOException {
        List<String> command = new ArrayList<>();
        if (readOnly) {
            command.add(tool("unshare").file().toString());
            command.addAll(List.of("--mount", tool("sh").file().toString(), "-c", READ_ONLY));
            command.addAll(List.of("virtiofsd", directory.toString()));
        }
        command.add(program.file().toString());
        command.add(socketArgument(socket));
        switch (dialect) {
            case QEMU -> {
                // It parts its options at commas, but for those after a backslash.
                String source = directory.toString().replace("\\", "\\\\").replace(",", "\\,");
                command.addAll(List.of("-o", "source=" + source));
                command.addAll(List.of("-o", "cache=auto", "-o", "sandbox=chroot", "-o", "xattr"));
                // Nobody needs the devices that a guest could make on the host.
                command.addAll(List.of("-o", "modcaps=-mknod"));
            }
            case OWN -> {
                command.addAll(List.of("--shared-dir=" + directory, "--cache=auto"));
                command.addAll(List.of("--sandbox=chroot", "--xattr", "--announce-submounts"));
                command.add("--modcaps=-mknod");
            }
        }
        return List.copyOf(command);
    }

    private static Program tool(String name) throws IOException {
        return Program.find(name)
                .orElseThrow(() -> new IOException("program %s is missing".formatted(name)));
    }

    /// Returns the lock that a daemon of QEMU's leaves behind.
    public static Path lock(Path socket) {
        return Path.of("/var/run/virtiofsd", socket.toString().replace('/', '.') + ".pid");
    }
}
