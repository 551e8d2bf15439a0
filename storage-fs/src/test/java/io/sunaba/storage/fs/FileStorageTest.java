package io.sunaba.storage.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.tck.ChildJvm;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileStorageTest {
    private static final byte[] VALUE = "a value".getBytes(StandardCharsets.UTF_8);

    @TempDir Path directory;
    private Path records;
    private FileStorage storage;

    @BeforeEach
    void open() {
        records = directory.resolve("data/records");
        storage = open(records);
    }

    @AfterEach
    void close() {
        storage.close();
    }

    private static FileStorage open(Path records) {
        return new FileStorage(new FileStorageConfig(records));
    }

    @Test
    void keepsOneFileForEachRecordAndNothingElse() throws IOException {
        storage.save("sandboxes/one", VALUE);
        storage.save("sandboxes/one", VALUE);
        storage.save("sandboxes", VALUE);
        storage.save("gone", VALUE);
        storage.delete("gone");

        assertThat(FileStorageFixture.list(records))
                .extracting(Path::getFileName)
                .extracting(Path::toString)
                .containsExactly(".lock", "sandboxes", "sandboxes+one");
    }

    @Test
    void isTheOwnersAlone() throws IOException {
        storage.save("key", VALUE);

        assertThat(mode(directory.resolve("data"))).isEqualTo("rwx------");
        assertThat(mode(records)).isEqualTo("rwx------");
        assertThat(mode(records.resolve("key"))).isEqualTo("rw-------");
        assertThat(mode(records.resolve(".lock"))).isEqualTo("rw-------");
    }

    @Test
    void refusesADirectoryThatIsOpenToOthers() throws IOException {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));

        assertThatThrownBy(() -> open(open))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the storage in %s is open to others (rwxr-x---): chmod 700 it", open);
        assertThat(FileStorageFixture.list(open)).isEmpty();
    }

    @Test
    void refusesASecondOwnerByName() {
        assertThatThrownBy(() -> open(records.resolve("../records")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("in use by this process");
        storage.save("key", VALUE);
    }

    @Test
    void removesTemporaryFilesOfACrashAtOpen() throws IOException {
        storage.save("key", VALUE);
        storage.close();
        Files.writeString(records.resolve(".tmp-7"), "half");

        storage = open(records);

        assertThat(records.resolve(".tmp-7")).doesNotExist();
        assertThat(storage.load("key")).isEqualTo(VALUE);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'its header ends after 0 bytes'",
        "15, 'its header ends after 15 bytes'",
        "16, 'its value is not of 7 bytes'",
        "22, 'its value is not of 7 bytes'",
        "24, 'its value is not of 7 bytes'",
    })
    void namesAFileOfTheWrongLength(int length, String damage) throws IOException {
        storage.save("key/one", VALUE);
        Path file = records.resolve("key+one");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));

        assertThatThrownBy(() -> storage.load("key/one"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(
                        "record key/one is damaged: %s: %s; restore this file from a backup, or"
                                + " delete it to give the record up",
                        file, damage);
        assertThat(file).hasSize(length);
    }

    @Test
    void noticesEveryFlippedBit() throws IOException {
        storage.save("key", VALUE);
        Path file = records.resolve("key");
        byte[] sound = Files.readAllBytes(file);
        for (int bit = 0; bit < sound.length * Byte.SIZE; bit++) {
            byte[] flipped = sound.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(file, flipped);

            assertThatThrownBy(() -> storage.load("key"))
                    .as("bit %d", bit)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("is damaged: " + file);
        }
        storage.save("key", VALUE);
        assertThat(storage.load("key")).isEqualTo(VALUE);
    }

    @Test
    void saysWhatFailsWhenTheDirectoryIsGone() throws IOException {
        storage.save("key", VALUE);
        Files.move(records, directory.resolve("elsewhere"));

        assertThatThrownBy(() -> storage.save("key", VALUE))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot save record key: %s/key: no such file or directory", records);
        assertThatThrownBy(() -> storage.load("key"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot load record key: %s: no such file or directory", records);

        Files.move(directory.resolve("elsewhere"), records);
        assertThat(storage.load("key")).isEqualTo(VALUE);
    }

    @Test
    void keepsTheEarlierValueWhenTheFileCannotBeWritten() throws Exception {
        storage.close();
        // A limit on the size of files is a full disk that needs no privileges.
        Process child =
                ChildJvm.start(
                        List.of("sh", "-c", "ulimit -f 256; exec \"$@\"", "sh"),
                        FullDisk.class,
                        records.toString());
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).isZero();
        assertThat(output)
                .isEqualTo("cannot save record key: %s/key: File too large".formatted(records));
        storage = open(records);
        assertThat(storage.load("key")).isEqualTo(VALUE);
        assertThat(FileStorageFixture.list(records)).hasSize(2);
    }

    static final class FullDisk {
        private FullDisk() {}

        public static void main(String[] arguments) {
            FileStorage storage = open(Path.of(arguments[0]));
            storage.save("key", VALUE);
            try {
                storage.save("key", new byte[1 << 20]);
            } catch (UnavailableException e) {
                System.out.print(e.getMessage());
            }
            if (!Arrays.equals(storage.load("key"), VALUE)) {
                System.out.print("; the earlier value is gone");
            }
            storage.save("key", VALUE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".lock", "../key", "a//b", "/a", "a/", "a/.b", "a b", "a+b", "a\n"})
    void refusesWhatIsNotAKey(String key) {
        assertThatThrownBy(() -> storage.save(key, VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a key: " + key);
        assertThatThrownBy(() -> storage.load("x".repeat(256)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cannotOpenWhatIsNoDirectory() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot open the storage in %s: it is not a directory", file);
        assertThatThrownBy(() -> open(file.resolve("below")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot open the storage in %s/below: ", file);
    }

    @Test
    void readsItsConfiguration() {
        assertThat(FileStorageConfig.of(new Settings("/var/lib/sunaba/../records")))
                .isEqualTo(new FileStorageConfig(Path.of("/var/lib/records")));
        assertThatThrownBy(() -> FileStorageConfig.of(new Settings(null)))
                .isInstanceOf(RejectedException.class)
                .hasMessage("io.sunaba.storage.fs: directory is not set");
        assertThatThrownBy(() -> FileStorageConfig.of(new Settings("records")))
                .isInstanceOf(RejectedException.class)
                .hasMessage("io.sunaba.storage.fs: directory must be an absolute path: records");
    }

    @SuppressWarnings({"BadAnnotationImplementation", "ClassExplicitlyAnnotation"})
    private record Settings(@Nullable String value) implements FileStorageSettings {
        @Override
        @SuppressWarnings("NullAway") // as Declarative Services does
        public String directory() {
            return value;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return FileStorageSettings.class;
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
