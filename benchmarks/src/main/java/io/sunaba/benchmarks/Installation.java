package io.sunaba.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

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

    Shell shell() {
        return new Shell(data);
    }
}
