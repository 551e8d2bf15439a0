package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A named pipe plays the port: from one byte on that nobody reads, it is always ready.
@Timeout(30)
class PortEventsTest {
    private final SystemCalls calls = new LinuxSystemCalls();
    @TempDir private Path directory;

    @Test
    void onlyWhatIsNewIsTold() throws Exception {
        Path pipe = directory.resolve("line");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        try (RandomAccessFile line = new RandomAccessFile(pipe.toFile(), "rw")) {
            PortEvents events = PortEvents.of(calls, pipe, 0);
            assertThat(events.await()).as("nothing has happened").isFalse();
            for (int i = 0; i < 3; i++) {
                line.write(i);
                assertThat(events.await()).as("byte %d has come", i).isTrue();
                assertThat(events.await()).as("that is known").isFalse();
            }
        }
    }

    @Test
    void onlyAPortThatIsOpenIsWatched() {
        Path absent = directory.resolve("absent");
        assertThatThrownBy(() -> PortEvents.of(calls, absent, 0))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("absent");
    }
}
