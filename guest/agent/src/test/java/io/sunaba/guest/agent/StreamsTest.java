package io.sunaba.guest.agent;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.sunaba.guest.protocol.ReadStreamResponse;
import io.sunaba.guest.protocol.StreamPosition;
import io.sunaba.guest.protocol.WriteStreamResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The streams of a real process.
@Timeout(30)
class StreamsTest {
    private final SystemCalls calls = new LinuxSystemCalls();
    private final ExecutorService executor = Threads.pool();
    private @Nullable Streams streams;

    /// A caller that can go away.
    private static final class Caller<T> extends ServerCallStreamObserver<T> {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        private Runnable onCancel = () -> {};
        private volatile boolean cancelled;

        void hangUp() {
            cancelled = true;
            onCancel.run();
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {
            onCancel = handler;
        }

        @Override
        public void onNext(T value) {
            answer.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void disableAutoInboundFlowControl() {}
    }

    @BeforeEach
    void startCat() throws Exception {
        EventLoop events = new EventLoop(calls, executor);
        streams =
                Streams.pipes(
                        "cat",
                        calls,
                        events,
                        ends ->
                                calls.spawn(
                                        List.of("/bin/cat"), Map.of(), ends[0], ends[1], ends[2]));
    }

    @AfterEach
    void end() {
        if (streams != null) {
            streams.close();
        }
        executor.shutdown();
    }

    private Streams cat() {
        if (streams == null) {
            throw new IllegalStateException("not started");
        }
        return streams;
    }

    private Caller<ReadStreamResponse> read() {
        return read(null);
    }

    private Caller<ReadStreamResponse> read(@Nullable StreamPosition position) {
        Caller<ReadStreamResponse> caller = new Caller<>();
        cat().stdout().read(0, position, new Reply<>(caller));
        return caller;
    }

    private static StreamPosition position(long counter, long bytes) {
        return StreamPosition.newBuilder().setCounter(counter).setBytes(bytes).build();
    }

    private String text(StreamPosition position) throws Exception {
        return read(position).answer.get().getData().toStringUtf8();
    }

    private Caller<WriteStreamResponse> write(byte[] bytes) {
        return write(bytes, null);
    }

    private Caller<WriteStreamResponse> write(byte[] bytes, @Nullable StreamPosition position) {
        Caller<WriteStreamResponse> caller = new Caller<>();
        cat().stdin().write(bytes, position, new Reply<>(caller));
        return caller;
    }

    @Test
    void moreThanAPipeHoldsArrivesByteForByte() throws Exception {
        byte[] bytes = new byte[3 << 20];
        new Random(1).nextBytes(bytes);
        Caller<WriteStreamResponse> writer = write(bytes);
        cat().stdin().closeAfterWrites();

        ByteArrayOutputStream received = new ByteArrayOutputStream();
        for (var data = read().answer.get().getData();
                !data.isEmpty();
                data = read().answer.get().getData()) {
            data.writeTo(received);
        }

        assertThat(received.toByteArray()).isEqualTo(bytes);
        assertThat(writer.answer.get().getLen()).isEqualTo(bytes.length);
        assertThat(read().answer.get().getData()).as("the end stays the end").isEmpty();
    }

    @Test
    void aReaderThatWentAwayTakesNothingWithIt() throws Exception {
        Caller<ReadStreamResponse> gone = read();
        gone.hangUp();
        Caller<ReadStreamResponse> next = read();
        write("hello".getBytes(UTF_8));

        assertThat(next.answer.get().getData().toStringUtf8()).isEqualTo("hello");
        assertThat(gone.answer).isNotDone();
    }

    @Test
    void anAnswerThatDidNotArriveComesAgainToWhoCounts() throws Exception {
        write("hello".getBytes(UTF_8));
        assertThat(text(position(7, 0))).isEqualTo("hello");
        assertThat(text(position(7, 0))).as("lost with its connection").isEqualTo("hello");
        assertThat(text(position(7, 2))).as("of which two bytes were used").isEqualTo("llo");
        assertThat(text(position(8, 0))).as("to another host").isEqualTo("llo");
        cat().stdout().arrived(position(8, 3));
        Caller<ReadStreamResponse> next = read(position(9, 0));
        write("more".getBytes(UTF_8));
        assertThat(next.answer.get().getData().toStringUtf8()).isEqualTo("more");
        assertThat(text(position(9, 0))).isEqualTo("more");
        write("!".getBytes(UTF_8));
        assertThat(text(position(9, 4))).isEqualTo("!");
    }

    @Test
    void aFewBytesThatAreKeptTakeNoMoreThanThemselves() throws Exception {
        write("hello".getBytes(UTF_8));
        ByteString data = read(position(7, 0)).answer.get().getData();

        assertThat(cat().stdout().kept()).isEqualTo(5);
        assertThat(data.asReadOnlyByteBuffer().capacity()).as("of the memory behind").isEqualTo(5);

        cat().stdout().arrived(position(7, 5));
        assertThat(cat().stdout().kept()).isZero();
    }

    @Test
    void whatWasAcceptedOfWhoCountsIsNotAcceptedAgain() throws Exception {
        write("ab".getBytes(UTF_8), position(7, 0));
        assertThat(write("abcd".getBytes(UTF_8), position(7, 0)).answer.get().getLen())
                .isEqualTo(4);
        assertThat(write("cd".getBytes(UTF_8), position(7, 2)).answer.get().getLen()).isEqualTo(2);
        write("e".getBytes(UTF_8), position(8, 0)).answer.get();
        cat().stdin().closeAfterWrites();
        StringBuilder all = new StringBuilder();
        for (String part = text(position(1, 0));
                !part.isEmpty();
                part = text(position(1, all.length()))) {
            all.append(part);
        }
        assertThat(all).hasToString("abcde");
    }

    @Test
    void closedInputIsRefusedByName() {
        cat().stdin().closeAfterWrites();

        assertThatThrownBy(() -> write(new byte[1]))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.FAILED_PRECONDITION))
                .hasMessageContaining("standard input of cat is closed");
    }

    @Test
    void closedInputOfATerminalIsTheEndForWhoReadsFromIt() throws Exception {
        int terminal = calls.open("/dev/ptmx", SystemCalls.O_RDWR | SystemCalls.O_NOCTTY);
        calls.control(terminal, 0x40045431, new byte[4]);
        byte[] number = new byte[4];
        calls.control(terminal, 0x80045430L, number);
        String other = "/dev/pts/" + ByteBuffer.wrap(number).order(LITTLE_ENDIAN).getInt();
        int line = calls.open(other, SystemCalls.O_RDWR | SystemCalls.O_NOCTTY);
        try (Streams streams =
                Streams.terminal("cat", calls, new EventLoop(calls, executor), terminal)) {
            streams.stdin().write(new byte[] {'h', 'i'}, null, new Reply<>(new Caller<>()));
            streams.stdin().closeAfterWrites();

            byte[] received = new byte[8];
            assertThat(calls.read(line, received, 8)).as("an unfinished line").isEqualTo(2);
            assertThat(calls.read(line, received, 8)).as("the end").isZero();
        } finally {
            calls.close(line);
        }
    }

    @Test
    void whoReadsWhenAllIsClosedGetsTheEnd() throws Exception {
        Caller<ReadStreamResponse> reader = read();
        cat().close();

        assertThat(reader.answer.get().getData()).isEmpty();
    }
}
