package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.agent.GuestDetails;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.UsageMetrics;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;

/// A guest that was saved when its agent answered goes on in other machines, and its agent answers
/// in each, far sooner than one that boots.
@RunWith(PaxExam.class)
public class SnapshotIT {
    private static final long MEBIBYTE = 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /// A clone that copies more has lost what makes it cheap.
    private static final long COPIED_AT_MOST = 32 * MEBIBYTE;

    @Inject
    @Filter(timeout = 30_000)
    private Hypervisor hypervisor;

    @Inject
    @Filter(timeout = 30_000)
    private AgentDriver driver;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    @Test
    public void agentAnswersInEveryClone() throws Exception {
        Path directory = Files.createTempDirectory("sunaba-snapshot");
        try {
            long bootMillis = bootAndSave(directory);
            System.out.printf("boot to the agent's reply: %d ms%n", bootMillis);
            print(directory);
            List<Machine> clones = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                long begun = System.nanoTime();
                Machine clone =
                        hypervisor.ability(SnapshotRestore.class).restore(spec(), directory);
                clones.add(clone);
                long restored = millisSince(begun);
                clone.resume();
                try (Agent agent = driver.connect(clone.agentEndpoint(), PATIENCE)) {
                    long answered = millisSince(begun);
                    greet(agent);
                    long copied = copiedBytes(clone);
                    System.out.printf(
                            "clone %d: restored after %d ms, agent's reply after %d ms,"
                                    + " greeted after %d ms, %d KiB of its own%n",
                            i, restored, answered, millisSince(begun), copied / 1024);
                    assertThat(answered).isLessThan(bootMillis / 2);
                    assertThat(copied).isLessThan(COPIED_AT_MOST);
                }
            }
            // All of them at once, each by its own socket.
            for (Machine clone : clones) {
                try (Agent agent = driver.connect(clone.agentEndpoint(), PATIENCE)) {
                    greet(agent);
                }
                clone.stop();
            }
            hypervisor.ability(SnapshotRestore.class).verify(directory);
            assertThat(hypervisor.machines()).isEmpty();
        } finally {
            for (var record : hypervisor.machines()) {
                hypervisor.destroy(record.id());
            }
            Installation.remove(directory);
        }
    }

    /// Returns how long it took until the agent answered.
    private long bootAndSave(Path directory) throws Exception {
        long begun = System.nanoTime();
        Machine machine = hypervisor.create(spec());
        machine.start();
        try (Agent agent = driver.connect(machine.agentEndpoint(), PATIENCE)) {
            long millis = millisSince(begun);
            greet(agent);
            agent.close();
            machine.pause();
            long saving = System.nanoTime();
            machine.ability(Snapshot.class).save(directory);
            System.out.printf("saved in %d ms%n", millisSince(saving));
            return millis;
        } finally {
            machine.stop();
        }
    }

    private static void greet(Agent agent) throws InterruptedException {
        agent.setTime(Instant.now());
        agent.addEntropy(UUID.randomUUID().toString().getBytes(UTF_8));
        GuestDetails details = agent.guestDetails();
        assertThat(details.agentVersion()).isNotBlank();
        assertThat(agent.metrics()).isNotBlank();
    }

    private static void print(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                System.out.printf("%s: %d KiB%n", file.getFileName(), Files.size(file) / 1024);
            }
        }
    }

    /// Sums up the pages of the guest's memory that a machine has as its own.
    private static long copiedBytes(Machine machine) throws Exception {
        long pid = machine.ability(UsageMetrics.class).usage().processIds().getFirst();
        boolean memory = false;
        long kibibytes = 0;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                memory = line.endsWith("/memory");
            } else if (memory && line.startsWith("Private_Dirty:")) {
                kibibytes += Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        assertThat(kibibytes).isPositive();
        return kibibytes * 1024;
    }

    private static long millisSince(long begun) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    private static MachineSpec spec() throws IOException {
        Path directory = Platform.distribution().resolve("guest");
        Properties image = new Properties();
        try (Reader reader = Files.newBufferedReader(directory.resolve("guest.properties"))) {
            image.load(reader);
        }
        GuestImage guest =
                new GuestImage(
                        directory.resolve(required(image, "kernel.file")),
                        directory.resolve(required(image, "initrd.file")),
                        directory.resolve(required(image, "root.file")),
                        required(image, "kernelArguments"),
                        required(image, "buildHash"));
        return new MachineSpec(
                UUID.randomUUID().toString().replace("-", ""),
                new HypervisorConfig(
                        "qemu",
                        "test",
                        guest,
                        1,
                        4,
                        256 * MEBIBYTE,
                        1024 * MEBIBYTE,
                        false,
                        PATIENCE));
    }

    private static String required(Properties image, String key) {
        return requireNonNull(image.getProperty(key), key);
    }
}
