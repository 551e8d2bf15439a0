package io.sunaba.core.rootfs;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// Runs mkfs.erofs such that equal trees become equal images, byte for byte.
///
/// Images are not compressed: packing is twice as fast, and so is reading in a guest.
final class ErofsPacker {
    static final String PROGRAM = "mkfs.erofs";

    private static final String UUID = "-U00000000-0000-0000-0000-000000000000";
    private static final int SIGNALLED = 128;

    private final String program;

    ErofsPacker(String program) {
        this.program = program;
    }

    /// The program ran and failed.
    static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(String message) {
            super(message);
        }
    }

    /// Packs a tree into a file.
    ///
    /// @param newestModification the latest time of modification in the tree
    /// @param log where the program's messages go
    void pack(Path tree, Instant newestModification, Path image, Path log)
            throws FailedException, InterruptedException {
        Process process = start(tree, newestModification, image, log);
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw new FailedException(
                        "%s %s: %s"
                                .formatted(
                                        PROGRAM,
                                        status > SIGNALLED
                                                ? "was ended by signal " + (status - SIGNALLED)
                                                : "failed with status " + status,
                                        lastLine(log)));
            }
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private Process start(Path tree, Instant newestModification, Path image, Path log) {
        ProcessBuilder command =
                new ProcessBuilder(find(), "--quiet", UUID, image.toString(), tree.toString());
        // Later times would be cut to this one, and it is the image's own: so it is fixed by the
        // tree, and cuts nothing. The option -T would set the times of all files.
        command.environment()
                .put("SOURCE_DATE_EPOCH", Long.toString(newestModification.getEpochSecond() + 1));
        command.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(log.toFile());
        try {
            Process process = command.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot run %s: %s".formatted(program, Shown.reason(e)), e);
        }
    }

    /// Also where administrators' programs are, which a user's PATH may leave out.
    private String find() {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin";
        return Stream.of(path.split(":", -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory).resolve(program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() ->
                        new UnavailableException(
                                "%s is not installed: it comes with the package erofs-utils"
                                        .formatted(program)));
    }

    private static String lastLine(Path log) {
        try {
            String messages = Files.readString(log, StandardCharsets.ISO_8859_1);
            List<String> lines = messages.lines().filter(line -> !line.isBlank()).toList();
            return lines.isEmpty()
                    ? "it said nothing"
                    : lines.getLast().replaceFirst("^<E> erofs: *", "").strip();
        } catch (IOException e) {
            return "its messages are lost";
        }
    }
}
