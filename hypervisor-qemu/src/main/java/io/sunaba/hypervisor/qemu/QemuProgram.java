package io.sunaba.hypervisor.qemu;

import io.sunaba.error.UnavailableException;
import io.sunaba.vmm.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The QEMU that machines are started with. Its version is asked once, and again when the file has
/// changed.
final class QemuProgram {
    private static final Pattern VERSION =
            Pattern.compile("QEMU emulator version ((\\d+)\\.(\\d+)[.\\d]*)");
    private static final int OLDEST_MAJOR = 7;
    private static final int OLDEST_MINOR = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String binary;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Found last;

    QemuProgram(String binary) {
        this.binary = binary;
    }

    /// A QEMU that serves.
    ///
    /// @param program the program
    /// @param version its version, such as `7.2.22`
    record Found(Program program, String version, Identity identity) {}

    /// What tells one content of a program's file from another.
    record Identity(Path file, long size, FileTime modified) {
        static Identity of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Identity(file, attributes.size(), attributes.lastModifiedTime());
        }
    }

    /// Returns the program.
    ///
    /// @throws UnavailableException if it is missing, too old or no QEMU
    Found require() throws InterruptedException {
        Program program =
                Program.find(binary)
                        .orElseThrow(() ->
                                new UnavailableException(
                                        "program %s is missing: QEMU %d.%d or newer is needed"
                                                .formatted(binary, OLDEST_MAJOR, OLDEST_MINOR)));
        lock.lockInterruptibly();
        try {
            Identity identity = Identity.of(program.file().toRealPath());
            Found found = last;
            if (found == null || !found.identity().equals(identity)) {
                found = new Found(program, version(program), identity);
                last = found;
            }
            return found;
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot ask %s for its version".formatted(program.file()), e);
        } finally {
            lock.unlock();
        }
    }

    private static String version(Program program) throws IOException, InterruptedException {
        String output = program.output(PATIENCE, "--version").strip();
        Matcher matcher = VERSION.matcher(output);
        if (!matcher.find()) {
            throw new UnavailableException(
                    "%s is no QEMU: asked for its version it says '%s'"
                            .formatted(program.file(), output.lines().findFirst().orElse("")));
        }
        int major = Integer.parseInt(matcher.group(2));
        int minor = Integer.parseInt(matcher.group(3));
        if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
            throw new UnavailableException(
                    "%s is QEMU %s: %d.%d or newer is needed"
                            .formatted(
                                    program.file(), matcher.group(1), OLDEST_MAJOR, OLDEST_MINOR));
        }
        return matcher.group(1);
    }
}
