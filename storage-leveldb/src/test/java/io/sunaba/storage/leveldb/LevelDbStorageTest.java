package io.sunaba.storage.leveldb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import java.lang.annotation.Annotation;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LevelDbStorageTest {
    @TempDir private Path folder;
    private final AtomicInteger renewals = new AtomicInteger();
    private @Nullable LevelDbStorage opened;

    private final LevelDbRepair.Storage component =
            new LevelDbRepair.Storage() {
                @Override
                public void stop() {
                    if (opened != null) {
                        opened.close();
                    }
                }

                @Override
                public void start() {
                    renewals.incrementAndGet();
                }
            };

    private LevelDbStorage open(Engine engine) {
        return new LevelDbStorage(new LevelDbConfig(folder.resolve("db"), engine));
    }

    private record Settings(String directory, String engine) implements LevelDbSettings {
        @Override
        public Class<? extends Annotation> annotationType() {
            return LevelDbSettings.class;
        }
    }

    @Test
    void filesAreThoseOfTheOtherEngine() throws Exception {
        for (Engine engine :
                List.of(Engine.NATIVE, Engine.JAVA, Engine.NATIVE, Engine.JAVA, Engine.NATIVE)) {
            LevelDbStorage storage = open(engine);
            int round =
                    Files.exists(folder.resolve("round"))
                            ? Integer.parseInt(Files.readString(folder.resolve("round")))
                            : 0;
            for (int i = 0; i < round; i++) {
                assertThat(storage.load("key/" + i)).asString(UTF_8).isEqualTo("value " + i);
            }
            storage.save("key/" + round, ("value " + round).getBytes(UTF_8));
            storage.close();
            Files.writeString(folder.resolve("round"), Integer.toString(round + 1));
        }
    }

    @Test
    void nativeEngineIsTheBestHere() {
        assertThat(Engine.best()).isEqualTo(Engine.NATIVE);
    }

    @Test
    void directoryIsTheOwnersAlone() throws Exception {
        open(Engine.NATIVE).close();
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("db"))))
                .isEqualTo("rwx------");
    }

    @Test
    void configurationIsChecked() {
        assertThatThrownBy(() -> new LevelDbStorage(new Settings(" ", "auto")))
                .isInstanceOf(RejectedException.class)
                .hasMessage("io.sunaba.storage.leveldb: directory is not set");
        assertThatThrownBy(() -> new LevelDbStorage(new Settings("relative", "auto")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("directory must be an absolute path: relative");
        assertThatThrownBy(() -> new LevelDbStorage(new Settings(folder.toString(), "fast")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("engine must be auto, native or java: fast");
    }

    @ParameterizedTest
    @EnumSource
    void foreignDirectoryIsNamedAndLeftAlone(Engine engine) throws Exception {
        Path directory = Files.createDirectory(folder.resolve("db"));
        Files.writeString(directory.resolve("CURRENT"), "not a manifest");

        assertThatThrownBy(() -> open(engine))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("storage:repair leveldb");
        assertThat(directory.resolve("CURRENT")).hasContent("not a manifest");
        if (engine == Engine.NATIVE) {
            Files.delete(directory.resolve("CURRENT"));
            open(engine).close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void damagedDatabaseIsNamed(Engine engine) throws Exception {
        LevelDbStorage storage = open(engine);
        for (int i = 0; i < 100; i++) {
            storage.save("key/" + i, new byte[1000]);
        }
        storage.close();
        Path manifest = only("MANIFEST-*");
        try (FileChannel file = FileChannel.open(manifest, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {42, 42, 42, 42, 42, 42}), 2);
        }

        assertThatThrownBy(() -> open(engine))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(folder.resolve("db").toString())
                .hasMessageContaining("storage:repair leveldb");
    }

    private Path only(String pattern) throws Exception {
        try (var files = Files.newDirectoryStream(folder.resolve("db"), pattern)) {
            return files.iterator().next();
        }
    }

    @Test
    void repairKeepsWhatIsWholeAndACopy() throws Exception {
        LevelDbRepair repair =
                new LevelDbRepair(
                        new LevelDbConfig(folder.resolve("db"), Engine.NATIVE), component);
        assertThatThrownBy(repair::repair)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("there is no database");
        LevelDbStorage storage = open(Engine.NATIVE);
        storage.save("key", "value".getBytes(UTF_8));
        assertThatThrownBy(repair::repair)
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is open");
        storage.close();
        Files.delete(only("MANIFEST-*"));
        assertThatThrownBy(() -> open(Engine.NATIVE)).isInstanceOf(UnavailableException.class);

        assertThat(renewals).hasValue(0);
        assertThat(repair.repair()).contains("is repaired", folder + "/db.damaged-");
        assertThat(renewals).hasValue(1);
        LevelDbStorage repaired = open(Engine.NATIVE);
        assertThat(repaired.load("key")).asString(UTF_8).isEqualTo("value");
        repaired.close();
        try (var copies = Files.newDirectoryStream(folder, "db.damaged-*")) {
            assertThat(copies.iterator().next()).isDirectoryContaining("glob:**.log");
        }
    }

    @Test
    void damageThatIsFoundInAnOpenDatabaseIsRepaired() throws Exception {
        LevelDbStorage storage = open(Engine.NATIVE);
        for (int i = 0; i < 100; i++) {
            storage.save("key/" + i, new byte[1000]);
        }
        storage.close();
        open(Engine.NATIVE).close(); // Moves the log into a table.
        try (FileChannel file = FileChannel.open(only("*.{ldb,sst}"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[100]), 10);
        }
        opened = open(Engine.NATIVE);
        LevelDbStorage damaged = opened;
        assertThatThrownBy(() -> damaged.load("key/0"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("storage:repair leveldb");

        new LevelDbRepair(new LevelDbConfig(folder.resolve("db"), Engine.NATIVE), component)
                .repair();
        assertThat(renewals).hasValue(1);
        LevelDbStorage repaired = open(Engine.NATIVE);
        assertThat(repaired.load("key/99")).hasSize(1000);
        repaired.close();
    }

    @ParameterizedTest
    @EnumSource
    void databaseWithoutItsFileCurrentIsNotMadeAnew(Engine engine) throws Exception {
        LevelDbStorage storage = open(engine);
        storage.save("key", new byte[10]);
        storage.close();
        Files.delete(folder.resolve("db/CURRENT"));
        assertThatThrownBy(() -> open(engine))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("CURRENT is missing", "storage:repair leveldb");
        new LevelDbRepair(new LevelDbConfig(folder.resolve("db"), Engine.NATIVE), component)
                .repair();
        LevelDbStorage repaired = open(Engine.NATIVE);
        assertThat(repaired.load("key")).hasSize(10);
        repaired.close();
    }

    @Test
    void javaPortSaysThatItCannotRepair() {
        open(Engine.JAVA).close();
        assertThatThrownBy(() ->
                        new LevelDbRepair(
                                        new LevelDbConfig(folder.resolve("db"), Engine.JAVA),
                                        component)
                                .repair())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("the Java port of LevelDB cannot repair");
    }

    /// What a process that is killed in the middle of a write leaves behind.
    @ParameterizedTest
    @EnumSource
    void writeThatACrashCutOffIsDroppedAndTheRestIsThere(Engine engine) throws Exception {
        LevelDbStorage storage = open(engine);
        storage.save("first", "done".getBytes(UTF_8));
        storage.save("second", new byte[1000]);
        Path crashed = Files.createDirectory(folder.resolve("crashed"));
        try (var files = Files.newDirectoryStream(folder.resolve("db"))) {
            for (Path file : files) {
                Files.copy(file, crashed.resolve(file.getFileName()));
            }
        }
        storage.close();
        try (var logs = Files.newDirectoryStream(crashed, "*.log");
                FileChannel log =
                        FileChannel.open(logs.iterator().next(), StandardOpenOption.WRITE)) {
            log.write(ByteBuffer.wrap(new byte[] {42, 42, 42}), 400);
        }

        LevelDbStorage reopened = new LevelDbStorage(new LevelDbConfig(crashed, engine));
        assertThat(reopened.load("first")).asString(UTF_8).isEqualTo("done");
        assertThatThrownBy(() -> reopened.load("second")).isInstanceOf(NotFoundException.class);
        reopened.close();
    }

    @Test
    void fileInTheWayIsNamed() throws Exception {
        Files.writeString(folder.resolve("db"), "in the way");

        assertThatThrownBy(() -> open(Engine.NATIVE))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(folder.resolve("db").toString());
    }

    @Test
    void closingTwiceIsOnce() {
        LevelDbStorage storage = open(Engine.NATIVE);
        storage.close();
        storage.close();
        open(Engine.NATIVE).close();
    }
}
