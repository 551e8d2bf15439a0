package io.sunaba.storage.leveldb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.error.UnavailableException;
import io.sunaba.tck.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// LevelDB on a real file system that it fills itself. Needs mount namespaces: root, or those of
/// users.
class FullDiskTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource
    void costsOneCallAndNeitherRecordsNorTheProcess(Engine engine) throws Exception {
        Process child =
                ChildJvm.start(
                        List.of("unshare", "--map-root-user", "--mount"),
                        Child.class,
                        folder.toString(),
                        engine.name());
        String output = new String(child.getInputStream().readAllBytes(), UTF_8);
        assertThat(child.waitFor())
                .as("unshare and mount must work here (user namespaces, or root): %s", output)
                .isZero();
        assertThat(output).matches("(?s)full: cannot write .*No space left on device.*whole\n");
    }

    static final class Child {
        private static final int VALUE_BYTES = 20_000;
        private static final int BALLAST_BYTES = 4 << 20;

        private Child() {}

        /// Does not wait for threads of the database, whatever happens.
        public static void main(String[] arguments) {
            try {
                run(Path.of(arguments[0]), Engine.valueOf(arguments[1]));
                Runtime.getRuntime().halt(0);
            } catch (Throwable e) {
                e.printStackTrace(System.out);
                Runtime.getRuntime().halt(1);
            }
        }

        private static void run(Path directory, Engine engine) throws Exception {
            Process mount =
                    new ProcessBuilder(
                                    "mount",
                                    "-t",
                                    "tmpfs",
                                    "-o",
                                    "size=24m",
                                    "tmpfs",
                                    directory.toString())
                            .inheritIO()
                            .start();
            if (mount.waitFor() != 0) {
                throw new IOException("mount failed with " + mount.exitValue());
            }
            LevelDbConfig config = new LevelDbConfig(directory.resolve("db"), engine);
            Path ballast = Files.write(directory.resolve("ballast"), new byte[BALLAST_BYTES]);
            LevelDbStorage storage = new LevelDbStorage(config);
            int saved = fill(storage);
            requireAll(storage, saved);
            Files.delete(ballast);
            storage.save("key/" + saved, value(saved));
            requireAll(storage, saved + 1);
            storage.close();
            storage = new LevelDbStorage(config);
            requireAll(storage, saved + 1);
            storage.close();
            System.out.println("whole");
        }

        private static byte[] value(int number) {
            byte[] value = new byte[VALUE_BYTES];
            Arrays.fill(value, (byte) number);
            return value;
        }

        /// Returns how many records were saved before there was no room.
        private static int fill(LevelDbStorage storage) {
            int number = 0;
            while (true) {
                try {
                    storage.save("key/" + number, value(number));
                } catch (UnavailableException e) {
                    System.out.println("full: " + e.getMessage());
                    return number;
                }
                number++;
            }
        }

        private static void requireAll(LevelDbStorage storage, int count) {
            for (int number = 0; number < count; number++) {
                if (!Arrays.equals(requireNonNull(storage.load("key/" + number)), value(number))) {
                    throw new IllegalStateException("record " + number + " is not what was saved");
                }
            }
        }
    }
}
