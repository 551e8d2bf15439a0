package io.sunaba.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameChannel;
import io.sunaba.control.FrameType;
import io.sunaba.control.Handover;
import io.sunaba.control.OpenRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client's side of a conversation, with a platform that is played here.
@Timeout(20)
class ExchangeTest {
    @TempDir private Path directory;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private int platforms;

    /// One shell's end of a connection.
    private final class Shell implements AutoCloseable {
        final FrameChannel channel;
        final CompletableFuture<OptionalInt> outcome = new CompletableFuture<>();
        final ByteArrayOutputStream received = new ByteArrayOutputStream();

        Shell(Exchange exchange, String line) throws IOException {
            UnixDomainSocketAddress address =
                    UnixDomainSocketAddress.of(directory.resolve("socket" + platforms++));
            try (ServerSocketChannel server =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(address);
                SocketChannel client = SocketChannel.open(address);
                channel = new FrameChannel(server.accept());
                Thread.ofVirtual()
                        .start(() -> {
                            try (client) {
                                outcome.complete(
                                        exchange.run(new FrameChannel(client), request(line)));
                            } catch (IOException e) {
                                outcome.completeExceptionally(e);
                            }
                        });
            }
            assertThat(OpenRequest.of(read()).line()).isEqualTo(line);
        }

        private OpenRequest request(String line) {
            return new OpenRequest(OpenRequest.Mode.RUN, line, "/data", "/", "", 0, 0);
        }

        Frame read() throws IOException {
            @Nullable Frame frame = channel.read();
            if (frame == null) {
                throw new IOException("the client is gone");
            }
            return frame;
        }

        Shell takes(int bytes) throws IOException {
            channel.write(Frame.of(FrameType.WANT_INPUT, bytes));
            int all = received.size() + bytes;
            while (received.size() < all) {
                Frame frame = read();
                assertThat(frame.type()).isEqualTo(FrameType.INPUT);
                byte[] data = new byte[frame.payload().remaining()];
                frame.payload().get(data);
                received.writeBytes(data);
            }
            return this;
        }

        void prints(String text) throws IOException {
            channel.write(new Frame(FrameType.OUTPUT, ByteBuffer.wrap(text.getBytes(UTF_8))));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private Exchange exchange(byte[] input) {
        return new Exchange(
                new ByteArrayInputStream(input),
                output,
                new ByteArrayOutputStream(),
                new Terminal(""));
    }

    @Test
    void anotherShellGoesOnWhereOneLeft() throws Exception {
        byte[] input = new byte[900_000];
        new Random(3).nextBytes(input);
        Exchange exchange = exchange(input);
        try (Shell first = new Shell(exchange, "cat")) {
            first.prints("a");
            first.takes(600_000).takes(200_000);
            first.channel.write(new Handover(700_000, "go on").toFrame());
            assertThat(first.outcome.get()).isEmpty();
        }
        assertThat(exchange.next()).contains("go on");
        exchange.signal(2);
        try (Shell next = new Shell(exchange, "go on")) {
            next.prints("b");
            Frame signal = next.read();
            assertThat(signal.type()).isEqualTo(FrameType.SIGNAL);
            next.takes(200_000);
            assertThat(next.received.toByteArray())
                    .isEqualTo(Arrays.copyOfRange(input, 700_000, 900_000));
            next.channel.write(Frame.of(FrameType.WANT_INPUT, 1));
            assertThat(next.read().type()).isEqualTo(FrameType.INPUT_END);
            next.channel.write(Frame.of(FrameType.EXIT, 7));
            assertThat(next.outcome.get()).hasValue(7);
        }
        assertThat(output.toString(UTF_8)).isEqualTo("ab");
    }

    @Test
    void inputThatIsNotHereAnyMoreIsAnErrorAndNoGap() throws Exception {
        try (Shell first = new Shell(exchange(new byte[2 << 20]), "cat")) {
            first.prints("");
            first.takes(1 << 20).takes(1 << 19);
            first.channel.write(new Handover(3, "go on").toFrame());
            assertThatThrownBy(first.outcome::get)
                    .hasCauseInstanceOf(IOException.class)
                    .hasMessageContaining("input is lost");
        }
    }
}
