package io.sunaba.core.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.core.record.NetworkRecord;
import io.sunaba.core.record.Phase;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A start does not take long because there are many sandboxes.
class ManyRecordsTest {
    private static final int MANY = 1000;

    @TempDir Path directory;

    private static SandboxRecord record(String id, MachineRecord machine) {
        return new SandboxRecord(
                SandboxRecords.FORMAT,
                id,
                Phase.CREATED,
                SandboxState.READY,
                null,
                new SandboxConfig(id),
                "fake",
                "new",
                "fake",
                1,
                128L << 20,
                Instant.EPOCH,
                machine,
                List.of(),
                NetworkRecord.NONE,
                List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fs", "leveldb"})
    void aThousandAreLoadedSoon(String storage) throws InterruptedException {
        try (World world = new World(directory, storage)) {
            assertThat(world.sandboxes().list()).isEmpty();
            // It would take the machines for orphans.
            world.reach().kill();
            SandboxRecords records = new SandboxRecords(world::storage);
            List<String> ids = IntStream.range(0, MANY).mapToObj(i -> "many-" + i).toList();
            for (int i = 0; i < MANY; i++) {
                String id = ids.get(i);
                records.save(record(id, world.boot("%032x".formatted(i), "sandbox/" + id)));
            }
            world.storage()
                    .save(
                            "sandboxes",
                            ids.stream()
                                    .collect(
                                            Collectors.joining(
                                                    "\",\"", "{\"format\":1,\"ids\":[\"", "\"]}"))
                                    .getBytes(StandardCharsets.UTF_8));
            long begun = System.nanoTime();
            world.killAndStart();
            assertThat(world.sandboxes().list()).hasSize(MANY);
            Duration taken = Duration.ofNanos(System.nanoTime() - begun);
            System.out.printf("%d records in %s: %d ms%n", MANY, storage, taken.toMillis());
            assertThat(world.hypervisor.hosts).hasSize(MANY);
            assertThat(world.sandboxes().list())
                    .extracting(SandboxStatus::state)
                    .containsOnly(SandboxState.READY);
            assertThat(taken).isLessThan(Duration.ofSeconds(10));
        }
    }
}
