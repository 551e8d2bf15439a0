package io.sunaba.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// A platform that can be started and stopped.
///
/// @param program `sunaba`
/// @param data its data directory
record Installation(Path program, Path data) {
    /// Runs `sunaba start` or `sunaba stop`.
    void control(String command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(program.toString(), command);
        builder.environment().put("SUNABA_DATA", data.toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("sunaba " + command + ": " + output.strip());
        }
    }

    /// Waits for what a first start leaves for those that follow, which it makes when it has been
    /// ready for a while.
    void awaitClassArchive() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (!hasClassArchive()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("there is no class archive in " + data.resolve("cache"));
            }
            Thread.sleep(100);
        }
    }

    private boolean hasClassArchive() throws IOException {
        try (DirectoryStream<Path> archives =
                Files.newDirectoryStream(data.resolve("cache"), "platform-*.jsa")) {
            return archives.iterator().hasNext();
        }
    }

    Shell shell() {
        return new Shell(data);
    }
}
