package io.sunaba.guest.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A file plays the port: as long as nobody adds to it, reading says end-of-file.
@Timeout(30)
class SerialPortTest {
    @TempDir private Path directory;

    private static void send(Path line, String text) throws Exception {
        Files.writeString(line, text, StandardOpenOption.APPEND);
    }

    @Test
    void aHangUpEndsTheSessionAndTheNextBeginsWithTheNextByte() throws Exception {
        Path line = Files.createFile(directory.resolve("line"));
        SerialPort port = new SerialPort(line);
        CompletableFuture<InputStream> waiting =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return port.nextSession();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        send(line, "first");

        InputStream first = waiting.get();
        assertThat(first.readAllBytes()).isEqualTo("first".getBytes(UTF_8));

        send(line, "second");
        assertThat(first.read()).as("an ended session stays ended").isEqualTo(-1);
        assertThat(port.nextSession().readAllBytes()).isEqualTo("second".getBytes(UTF_8));
    }

    @Test
    void aHostThatIsHeardBeforeItIsSeenIsNotTakenForGone() throws Exception {
        Path line = directory.resolve("line");
        Files.writeString(line, "12");
        try (RandomAccessFile late =
                new RandomAccessFile(line.toFile(), "rw") {
                    private int reads;

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        return ++reads == 1 ? -1 : super.read(target, offset, length);
                    }
                }) {
            InputStream session = new SerialPort(line, late).nextSession();
            assertThat(session.readAllBytes()).isEqualTo("12".getBytes(UTF_8));
        }
    }

    @Test
    void thePortIsFoundByItsName() throws Exception {
        Path port = Files.createDirectory(directory.resolve("vport2p1"));
        Files.writeString(port.resolve("name"), "agent.channel.0\n");
        Files.writeString(
                Files.createDirectory(directory.resolve("vport2p2")).resolve("name"), "other\n");

        assertThat(SerialPort.find(directory, Main.PORT)).contains(Path.of("/dev/vport2p1"));
        assertThat(SerialPort.find(directory, "none")).isEmpty();
        assertThat(SerialPort.find(directory.resolve("absent"), Main.PORT)).isEmpty();
    }
}
