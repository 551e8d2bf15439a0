package io.sunaba.benchmarks;

import static java.util.Objects.requireNonNull;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// How long it takes until what is plugged into a running machine can be used in its container, and
/// how fast it is then, next to the same in a machine without the platform.
public final class Hotplug {
    static final long MEMORY = 256 << 20;
    static final long MORE_MEMORY = 256 << 20;
    private static final double MOST_TIME = 1.3;
    private static final double LEAST_SPEED = 0.95;
    private static final String DISK_SIZE = "256M";

    private interface Change {
        void of(Guest guest) throws IOException;
    }

    private interface Speed {
        double of(Guest guest) throws IOException;
    }

    /// What is timed, of the bare machine and of the platform.
    private record Timed(Measure bare, Measure platform, Change change) {
        static Timed of(String title, String state, String command, double aim, Change change) {
            Measure bare = Measure.floor("bare " + title, "QEMU and agent alone: " + state);
            return new Timed(bare, Measure.next(title, command, bare, aim), change);
        }
    }

    /// What is how fast, of the bare machine and of the platform.
    private record Moved(Measure bare, Measure platform, Speed speed) {
        static Moved of(String title, Speed speed) {
            Measure bare = Measure.floor("bare " + title, "in a container of the bare machine");
            return new Moved(bare, Measure.next(title, "in a container", bare, LEAST_SPEED), speed);
        }
    }

    private static final Timed PLUG_DISK =
            Timed.of("disk", "mounted in the container", "device:add", MOST_TIME, Guest::plugDisk);
    private static final Timed UNPLUG_DISK =
            Timed.of("disk removed", "unmounted and gone", "device:remove", 0, Guest::unplugDisk);
    private static final Timed PLUG_NIC =
            Timed.of(
                    "interface",
                    "with address, route and name server",
                    "interface:add",
                    MOST_TIME,
                    Guest::plugInterface);
    private static final Timed UNPLUG_NIC =
            Timed.of("interface removed", "gone", "interface:remove", 0, Guest::unplugInterface);
    private static final Timed PLUG_MEMORY =
            Timed.of(
                    "memory",
                    "256 MiB more in use",
                    "sandbox:resize",
                    MOST_TIME,
                    Guest::plugMemory);
    private static final Timed UNPLUG_MEMORY =
            Timed.of(
                    "memory removed",
                    "256 MiB given back",
                    "sandbox:resize",
                    0,
                    Guest::unplugMemory);
    private static final Moved WRITTEN = Moved.of("disk written", Traffic::written);
    private static final Moved READ = Moved.of("disk read", Traffic::read);
    private static final Moved SENT = Moved.of("network sent", Traffic::sent);
    private static final Moved RECEIVED = Moved.of("network received", Traffic::received);

    private final Guest bare;
    private final Guest platform;
    private final Comparison times =
            new Comparison(
                    Comparison.Unit.SECONDS,
                    Stream.of(
                                    PLUG_DISK,
                                    UNPLUG_DISK,
                                    PLUG_NIC,
                                    UNPLUG_NIC,
                                    PLUG_MEMORY,
                                    UNPLUG_MEMORY)
                            .flatMap(timed -> Stream.of(timed.bare, timed.platform))
                            .toList());
    private final Comparison speeds =
            new Comparison(
                    Comparison.Unit.MEGABYTES_PER_SECOND,
                    Stream.of(WRITTEN, READ, SENT, RECEIVED)
                            .flatMap(moved -> Stream.of(moved.bare, moved.platform))
                            .toList());

    private Hotplug(Guest bare, Guest platform) {
        this.bare = bare;
        this.platform = platform;
    }

    /// Arguments: the program `sunaba`, an empty directory, a root file system with busybox, the
    /// file for the result, how many rounds.
    public static void main(String[] arguments) throws Exception {
        Path program = Path.of(arguments[0]);
        Path directory = Path.of(arguments[1]);
        Path rootfs = Path.of(arguments[2]);
        Installation left = new Installation(program, directory.resolve("left"));
        Installation present = new Installation(program, directory.resolve("present"));
        try {
            left.control("start");
            SandboxGuest.create(left.shell(), rootfs);
            Path machine = machine(left.shell().runDirectory());
            left.control("stop");
            present.control("start");
            SandboxGuest.create(present.shell(), rootfs);
            try (BareGuest bare = BareGuest.in(machine, disk(directory.resolve("bare.img")))) {
                Hotplug hotplug =
                        new Hotplug(
                                bare,
                                new SandboxGuest(
                                        present.shell(), disk(directory.resolve("disk.img"))));
                hotplug.measure(Integer.parseInt(arguments[4]), System.out);
                hotplug.report(Path.of(arguments[3]), System.out);
            }
        } finally {
            for (Installation each : List.of(left, present)) {
                each.control("start");
                SandboxGuest.delete(each.shell());
                each.control("stop");
            }
        }
    }

    /// Returns the directory of the only machine's sockets.
    private static Path machine(Path runDirectory) {
        return QemuProcess.below(runDirectory).getFirst().directory();
    }

    private static Path disk(Path image) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("mkfs.ext4", "-q", image.toString(), DISK_SIZE)
                        .inheritIO()
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException("mkfs.ext4 failed");
        }
        return image;
    }

    private void measure(int rounds, PrintStream progress) throws IOException {
        round(0, false);
        for (int round = 1; round <= rounds; round++) {
            round(round, true);
            progress.printf("round %d of %d%n", round, rounds);
        }
    }

    /// @param counts whether what is measured counts: code that runs for the first time is slow
    private void round(int number, boolean counts) throws IOException {
        time(number, counts, PLUG_DISK);
        move(number, counts, WRITTEN);
        move(number, counts, READ);
        time(number, counts, UNPLUG_DISK);
        time(number, counts, PLUG_NIC);
        move(number, counts, SENT);
        move(number, counts, RECEIVED);
        time(number, counts, UNPLUG_NIC);
        time(number, counts, PLUG_MEMORY);
        time(number, counts, UNPLUG_MEMORY);
    }

    /// Taken in turn, so that what else the host does hits both alike.
    private List<Guest> inTurn(int number) {
        return number % 2 == 0 ? List.of(bare, platform) : List.of(platform, bare);
    }

    private void time(int number, boolean counts, Timed timed) throws IOException {
        for (Guest guest : inTurn(number)) {
            long start = System.nanoTime();
            timed.change.of(guest);
            long nanos = System.nanoTime() - start;
            if (counts) {
                times.add(guest.equals(bare) ? timed.bare : timed.platform, nanos);
            }
        }
    }

    private void move(int number, boolean counts, Moved moved) throws IOException {
        List<Guest> there = inTurn(number);
        for (Guest guest : Stream.concat(there.stream(), there.reversed().stream()).toList()) {
            double speed = moved.speed.of(guest);
            if (counts) {
                speeds.add(guest.equals(bare) ? moved.bare : moved.platform, speed);
            }
        }
    }

    private void report(Path file, PrintStream out) throws IOException {
        times.print(out);
        speeds.print(out);
        Map<String, Object> result = new LinkedHashMap<>(times.toMap());
        result.putAll(speeds.toMap());
        Files.createDirectories(requireNonNull(file.toAbsolutePath().getParent()));
        Files.writeString(
                file, new GsonBuilder().setPrettyPrinting().create().toJson(result) + "\n");
        out.printf("%nwritten to %s%n", file);
    }
}
