package io.sunaba.vmm.machine;

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

/// The VMM that machines are started with. Its version is asked once, and again when the file has
/// changed.
public final class VmmProgram {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String binary;
    private final String vmm;
    private final Pattern pattern;
    private final int oldestMajor;
    private final int oldestMinor;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Found last;

    /// @param binary a path or a name
    /// @param vmm what messages call it
    /// @param pattern finds its version in what it prints of itself: as a whole, and its first two
    ///   numbers
    /// @param oldestMajor the first number of the oldest version that serves
    /// @param oldestMinor the second number
    public VmmProgram(
            String binary, String vmm, Pattern pattern, int oldestMajor, int oldestMinor) {
        this.binary = binary;
        this.vmm = vmm;
        this.pattern = pattern;
        this.oldestMajor = oldestMajor;
        this.oldestMinor = oldestMinor;
    }

    /// A VMM that serves.
    ///
    /// @param program the program
    /// @param version its version, such as `7.2.22`
    public record Found(Program program, String version, Identity identity) {}

    /// What tells one content of a program's file from another.
    record Identity(Path file, long size, FileTime modified) {
        static Identity of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Identity(file, attributes.size(), attributes.lastModifiedTime());
        }
    }

    /// Returns the program.
    ///
    /// @throws UnavailableException if it is missing, too old or another
    public Found require() throws InterruptedException {
        Program program =
                Program.find(binary)
                        .orElseThrow(() ->
                                new UnavailableException(
                                        "program %s is missing: %s %d.%d or newer is needed"
                                                .formatted(binary, vmm, oldestMajor, oldestMinor)));
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

    private String version(Program program) throws IOException, InterruptedException {
        String output = program.output(PATIENCE, "--version").strip();
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new UnavailableException(
                    "%s is no %s: asked for its version it says '%s'"
                            .formatted(program.file(), vmm, output.lines().findFirst().orElse("")));
        }
        int major = Integer.parseInt(matcher.group(2));
        int minor = Integer.parseInt(matcher.group(3));
        if (major < oldestMajor || (major == oldestMajor && minor < oldestMinor)) {
            throw new UnavailableException(
                    "%s is %s %s: %d.%d or newer is needed"
                            .formatted(
                                    program.file(),
                                    vmm,
                                    matcher.group(1),
                                    oldestMajor,
                                    oldestMinor));
        }
        return matcher.group(1);
    }
}
