package io.sunaba.core.crash;

import io.sunaba.core.crash.Reach.Blow;
import io.sunaba.core.crash.Reach.Moment;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Walks all operations on small file systems that are full to the brim from one write on. A
/// program of its own: it mounts them, and needs a mount namespace for that.
final class FullDisk {
    private static final String SIZE = "24m";
    private static final int BLOCK = 4096;

    /// Most of the file system.
    private static final long BALLAST = 16 << 20;

    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private final Path home;

    private FullDisk(Path home) {
        this.home = home;
    }

    /// @param arguments an empty directory, and the name of the storage
    public static void main(String[] arguments) {
        try {
            walk(Path.of(arguments[0]), arguments[1]);
            Runtime.getRuntime().halt(0);
        } catch (Throwable e) {
            e.printStackTrace(System.err);
            Runtime.getRuntime().halt(1);
        }
    }

    private static void walk(Path directory, String storage) throws Exception {
        for (Operation operation : Operation.values()) {
            Walk walk = new Walk(directory, storage, operation, FullDisk::newWorld);
            walk.run(
                    Moment.BEFORE,
                    FullDisk::fill,
                    world -> {
                        Soundness.awaitKnown(world);
                        of(world).empty();
                    });
            walk.run(
                    Moment.BEFORE,
                    FullDisk::fill,
                    world -> {
                        of(world).empty();
                        world.killAndStartAnew();
                        Soundness.await(world);
                    });
            System.out.println(operation);
        }
    }

    private static World newWorld(Path home, String storage) throws Exception {
        Files.createDirectories(home);
        run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", home.toString());
        return new World(home, storage) {
            @Override
            public void close() {
                super.close();
                try {
                    // Threads of a daemon that was killed may still have files open.
                    run("umount", "--lazy", home.toString());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
    }

    private static FullDisk of(World world) {
        return new FullDisk(world.directory());
    }

    /// Leaves the write itself to fail.
    private static Blow fill(World world) {
        return new Blow() {
            @Override
            public boolean at(String point) {
                return Reach.isWrite(point);
            }

            @Override
            public void strike(Reach reach, String point) {
                of(world).fill();
            }
        };
    }

    private Path ballast() {
        return home.resolve("ballast");
    }

    private void fill() {
        byte[] block = new byte[BLOCK];
        try (FileOutputStream ballast = new FileOutputStream(ballast().toFile())) {
            while (true) {
                ballast.write(block);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void empty() throws IOException {
        long until = System.nanoTime() + PATIENCE;
        Files.delete(ballast());
        // A program that is just being started may still have the file open.
        while (home.toFile().getUsableSpace() < BALLAST) {
            if (System.nanoTime() > until) {
                throw new IOException("the room in " + home + " does not come back");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
