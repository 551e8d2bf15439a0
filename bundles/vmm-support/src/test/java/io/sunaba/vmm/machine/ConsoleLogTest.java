package io.sunaba.vmm.machine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.vmm.TextTail;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleLogTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir private Path runtimeDirectory;

    private MachineFiles files() {
        MachineFiles files =
                new MachineFiles(runtimeDirectory.resolve("0123456789abcdef0123456789abcdef"));
        files.create();
        return files;
    }

    private static Path socket(MachineFiles files) {
        return files.directory().resolve("console.sock");
    }

    private static ServerSocketChannel listen(MachineFiles files) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket(files)));
    }

    private static void print(SocketChannel guest, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
        while (bytes.hasRemaining()) {
            guest.write(bytes);
        }
    }

    @Test
    void guestThatPrintsWithoutEndFillsNoDisk() throws Exception {
        MachineFiles files = files();
        try (ServerSocketChannel server = listen(files);
                ConsoleLog log = ConsoleLog.follow(files, socket(files))) {
            try (SocketChannel guest = server.accept()) {
                for (int i = 0; i < 20_000; i++) {
                    print(guest, "line %06d of a guest that has nothing else to do\n".formatted(i));
                    assertThat(Files.exists(files.console()) ? Files.size(files.console()) : 0)
                            .isLessThanOrEqualTo(ConsoleLog.MAXIMUM_BYTES);
                }
                print(guest, "Kernel panic\n");
            }
            log.awaitEnd(LONG);

            assertThat(Files.size(files.console())).isGreaterThan(ConsoleLog.KEPT_BYTES / 2);
            assertThat(TextTail.lines(files.console(), 2))
                    .containsExactly(
                            "line 019999 of a guest that has nothing else to do", "Kernel panic");
        }
    }

    @Test
    void whoFollowsAgainGoesOnBehindWhatIsThere() throws Exception {
        MachineFiles files = files();
        try (ServerSocketChannel server = listen(files)) {
            for (String line : new String[] {"first", "second"}) {
                ConsoleLog log = ConsoleLog.follow(files, socket(files));
                try (SocketChannel guest = server.accept()) {
                    print(guest, line + "\n");
                }
                log.awaitEnd(LONG);
            }
        }
        assertThat(files.console()).hasContent("first\nsecond\n");
    }

    @Test
    void machineWithoutConsoleIsAnError() {
        MachineFiles files = files();
        assertThatThrownBy(() -> ConsoleLog.follow(files, socket(files)))
                .isInstanceOf(IOException.class);
    }
}
