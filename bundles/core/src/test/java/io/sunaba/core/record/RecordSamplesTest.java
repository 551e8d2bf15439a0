package io.sunaba.core.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.sunaba.core.fake.FakeStorage;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.Rootfs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What each version of the platform has stored, in files that never change, and what this version
/// makes of it.
class RecordSamplesTest {
    private final FakeStorage storage = new FakeStorage();
    private final SandboxRecords records = new SandboxRecords(() -> storage);

    private static byte[] sample(String name) throws IOException {
        try (InputStream in =
                requireNonNull(RecordSamplesTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void thereIsASampleOfEachFormatThatIsRead() throws IOException {
        for (int format = RecordMigration.PRESENT.oldest();
                format <= RecordFormat.FORMAT;
                format++) {
            assertThat(new String(sample("format-" + format + "-sandbox.json"), UTF_8))
                    .startsWith("{\"format\":" + format + ",");
            assertThat(new String(sample("format-" + format + "-index.json"), UTF_8))
                    .startsWith("{\"format\":" + format + ",");
        }
    }

    @Test
    void sandboxOfFormat1() throws Exception {
        storage.save("sandbox/web", sample("format-1-sandbox.json"));
        assertThat(records.load("web"))
                .isEqualTo(
                        SandboxRecordsTest.sandbox(
                                "web",
                                SandboxRecordsTest.container(
                                        "a", new Rootfs.Packed(Path.of("/root fs"))),
                                SandboxRecordsTest.container(
                                        "b", new Rootfs.Image(Path.of("/x.img"), "ext4")),
                                SandboxRecordsTest.container(
                                        "c", new Rootfs.Shared(Path.of("/shared")))));
    }

    @Test
    void indexOfFormat1() throws Exception {
        storage.save("sandboxes", sample("format-1-index.json"));
        assertThat(records.loadIndex()).containsExactly("web", "other");
    }

    /// No version wrote a format 0: it stands in for the first one that will be outdated.
    private static final RecordMigration FROM_ZERO =
            new RecordMigration(
                    0,
                    List.of((type, record) -> {
                        JsonObject next = record.deepCopy();
                        next.addProperty("format", 1);
                        if (type == SandboxRecord.class) {
                            next.add("id", next.remove("name"));
                        }
                        return next;
                    }));

    @Test
    void olderFormatIsMigrated() throws Exception {
        String present = new String(sample("format-1-sandbox.json"), UTF_8);
        byte[] older =
                present.replaceFirst("\"format\":1,\"id\":", "\"format\":0,\"name\":")
                        .getBytes(UTF_8);
        storage.save("sandbox/web", sample("format-1-sandbox.json"));

        assertThat(RecordFormat.read("it", older, SandboxRecord.class, FROM_ZERO))
                .isEqualTo(records.load("web"));
        assertThat(RecordFormat.read("it", present.getBytes(UTF_8), SandboxRecord.class, FROM_ZERO))
                .isEqualTo(records.load("web"));
    }

    @Test
    void formatThatIsOlderThanAllStepsIsRefused() {
        storage.save("sandbox/web", "{\"format\":0,\"name\":\"web\"}".getBytes(UTF_8));
        assertThatThrownBy(() -> records.load("web"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("sandbox/web", "format is 0", "oldest is 1");
    }

    @Test
    void stepThatFailsIsToldAsDamage() {
        RecordMigration failing =
                new RecordMigration(
                        0,
                        List.of((_, record) -> {
                            throw new IllegalStateException("no name in " + record);
                        }));
        assertThatThrownBy(() ->
                        RecordFormat.read(
                                "the record x",
                                "{\"format\":0}".getBytes(UTF_8),
                                SandboxRecord.class,
                                failing))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("the record x", "damaged", "no name");
    }
}
