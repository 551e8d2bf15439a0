package io.sunaba.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketsTest {
    @TempDir Path directory;

    @Test
    void tellsWhoListens() throws Exception {
        Path socket = directory.resolve("socket");
        assertThat(UnixSockets.listens(socket)).isFalse();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThat(UnixSockets.listens(socket)).isTrue();
        }
        assertThat(UnixSockets.listens(socket)).isFalse();
    }

    @Test
    void leavesAnInterruptToTheCaller() {
        Thread.currentThread().interrupt();
        assertThat(UnixSockets.listens(directory.resolve("socket"))).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }
}
