package io.sunaba.tck.hypervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.error.ConflictException;
import io.sunaba.hypervisor.MachineState;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What there is of a machine on the host: a folder that bears its id, and a process that bears it
/// too and does nothing.
///
/// Nothing here uses channels, which an interrupt would close.
record MachineFolder(Path path) {
    private static final int DYING_MILLIS = 50;
    private static final Object ENDS = new Object();
    private static final Redirect NOWHERE = Redirect.to(Path.of("/dev/null").toFile());

    String id() {
        return path.getFileName().toString();
    }

    void create(boolean careless) {
        try {
            if (careless) {
                Files.createDirectories(path);
            } else {
                Files.createDirectory(path);
            }
        } catch (FileAlreadyExistsException e) {
            throw new ConflictException("there is a machine " + id(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean exists() {
        return Files.exists(path);
    }

    void write(String name, String text) {
        Path fresh = path.resolve(name + ".new-" + Thread.currentThread().threadId());
        try (FileOutputStream output = new FileOutputStream(fresh.toFile())) {
            output.write(text.getBytes(UTF_8));
            Files.move(fresh, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<String> read(String name) {
        try (FileInputStream input = new FileInputStream(path.resolve(name).toFile())) {
            return Optional.of(new String(input.readAllBytes(), UTF_8));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    void startProcess() {
        write("console", "up\n");
        try {
            Process process =
                    new ProcessBuilder(List.of("tail", "-f", path.resolve("console").toString()))
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(NOWHERE)
                            .redirectError(NOWHERE)
                            .start();
            write("pid", Long.toString(process.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<ProcessHandle> process() {
        return read("pid").map(Long::parseLong).flatMap(ProcessHandle::of);
    }

    MachineState state() {
        return process().filter(ProcessHandle::isAlive).isPresent()
                ? read("state").map(MachineState::valueOf).orElse(MachineState.GONE)
                : MachineState.GONE;
    }

    /// Tells whether the process has ended, or has been killed just now.
    boolean isDying() {
        return process()
                .map(process ->
                        process.onExit()
                                .thenApply(_ -> true)
                                .completeOnTimeout(false, DYING_MILLIS, TimeUnit.MILLISECONDS)
                                .join())
                .orElse(true);
    }

    /// Tells whether the machine's end was asked for.
    boolean isStopping() {
        return !exists() || Files.exists(path.resolve("stopping"));
    }

    /// Ends the process and removes the folder, once.
    void end(boolean leavesFiles) {
        synchronized (ENDS) {
            if (!exists()) {
                return;
            }
            write("stopping", "");
            process()
                    .ifPresent(process -> {
                        process.destroyForcibly();
                        process.onExit().join();
                    });
            if (!leavesFiles) {
                delete();
            }
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
