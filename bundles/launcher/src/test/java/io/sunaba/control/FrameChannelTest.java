package io.sunaba.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.junit.jupiter.api.Test;

class FrameChannelTest {
    @Test
    void framesArriveAsTheyWereSent() throws IOException {
        OpenRequest request =
                new OpenRequest(
                        OpenRequest.Mode.RUN, "a 'b'\nü\u00e9", "/data", "/", "xterm", 80, 24);
        Pipe pipe = new Pipe(new byte[0]);
        FrameChannel channel = new FrameChannel(pipe);
        channel.write(request.toFrame());
        channel.write(new Frame(FrameType.INPUT, ByteBuffer.wrap("xyz".getBytes(UTF_8), 1, 1)));
        channel.write(Frame.of(FrameType.RESIZE, 3, -4));
        channel.write(Frame.of(FrameType.INPUT_END));

        FrameChannel reader = new FrameChannel(new Pipe(pipe.written.toByteArray()));
        assertThat(OpenRequest.of(require(reader))).isEqualTo(request);
        assertThat(UTF_8.decode(require(reader).payload()).toString()).isEqualTo("y");
        Frame size = require(reader);
        assertThat(size.number(0)).isEqualTo(3);
        assertThat(size.number(1)).isEqualTo(-4);
        assertThat(require(reader).type()).isEqualTo(FrameType.INPUT_END);
        assertThat(reader.read()).isNull();
    }

    @Test
    void whatIsNoFrameIsRefused() {
        assertThatThrownBy(() -> read(new byte[] {'?', 0, 0, 0, 0}))
                .hasMessageContaining("not a frame");
        assertThatThrownBy(() -> read(new byte[] {'1', 127, 0, 0, 0}))
                .hasMessageContaining("not a frame");
        assertThatThrownBy(() -> read(new byte[] {'1', 0, 0, 0, 9, 1}))
                .hasMessageContaining("inside a frame");
        assertThatThrownBy(() -> OpenRequest.of(Frame.of(FrameType.EXIT, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void read(byte[] bytes) throws IOException {
        new FrameChannel(new Pipe(bytes)).read();
    }

    private static Frame require(FrameChannel channel) throws IOException {
        Frame frame = channel.read();
        if (frame == null) {
            throw new AssertionError("the end");
        }
        return frame;
    }

    /// Reads what it was given and keeps what is written.
    private static final class Pipe implements ByteChannel {
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final ReadableByteChannel source;
        private final WritableByteChannel sink = Channels.newChannel(written);

        Pipe(byte[] bytes) {
            source = Channels.newChannel(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return source.read(target);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return sink.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
