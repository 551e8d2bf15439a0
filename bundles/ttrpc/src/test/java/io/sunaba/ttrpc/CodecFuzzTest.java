package io.sunaba.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every reader of the wire, fed with the corpus and with mutations of it: each input is taken or
/// refused with an IOException, in bounded time and memory. A file of hexadecimal digits (`#`
/// starts a comment) that is added to the corpus is tested from then on: so is what a failure
/// prints.
///
/// Each run takes other mutations; `-Dsunaba.fuzz.seed` repeats those of a run that failed, and
/// `-Dsunaba.fuzz.seconds` goes on for longer.
@Timeout(120)
final class CodecFuzzTest {
    private static final long SEED =
            Long.getLong("sunaba.fuzz.seed", new SecureRandom().nextLong());
    private static final Duration BUDGET =
            Duration.ofSeconds(Long.getLong("sunaba.fuzz.seconds", 4));

    /// Inputs are short, so that nearly all of it would be for what they claim to be.
    private static final long MOST_ALLOCATED = Frame.MAX_LENGTH + (256 << 10);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final TtrpcServer server = new TtrpcServer(Runnable::run, new TestAgent());

    static List<Path> corpus() throws Exception {
        Path folder = Path.of(CodecFuzzTest.class.getResource("corpus").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static byte[] load(Path file) throws IOException {
        StringBuilder digits = new StringBuilder();
        for (String line : Files.readAllLines(file, UTF_8)) {
            int comment = line.indexOf('#');
            digits.append(comment < 0 ? line : line.substring(0, comment));
        }
        return Frames.hex(digits.toString());
    }

    @Test
    void corpusIsThere() throws Exception {
        assertThat(corpus()).hasSizeGreaterThanOrEqualTo(8);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void readersSurvive(Path file) throws Exception {
        readAll(load(file));
    }

    @Test
    void readersSurviveMutations() throws Exception {
        List<byte[]> corpus = new ArrayList<>();
        for (Path file : corpus()) {
            corpus.add(load(file));
        }
        Random random = new Random(SEED);
        long end = System.nanoTime() + BUDGET.toNanos();
        int round = 0;
        for (; System.nanoTime() < end; round++) {
            byte[] input = corpus.get(random.nextInt(corpus.size()));
            if (random.nextInt(4) == 0) {
                input = Frames.join(input, corpus.get(random.nextInt(corpus.size())));
            }
            byte[] mutation = mutate(input, random);
            try {
                readAll(mutation);
            } catch (Throwable e) {
                throw new AssertionError(
                        "-Dsunaba.fuzz.seed=%d, round %d: %s"
                                .formatted(SEED, round, HexFormat.of().formatHex(mutation)),
                        e);
            }
        }
        assertThat(round).isGreaterThan(100);
    }

    private void readAll(byte[] bytes) throws Exception {
        parse(() -> Request.parse(bytes));
        parse(() -> Response.parse(bytes));
        parse(() -> new AnswerScanner(new byte[16]).feed(bytes, bytes.length));
        parse(() -> Frame.read(new ByteArrayInputStream(bytes), Frame.RESPONSE));
        parse(() -> server.serve(new ByteArrayInputStream(bytes), OutputStream.nullOutputStream()));
        channelEnds(bytes);
    }

    private interface Reading {
        void read() throws IOException;
    }

    /// Anything but an IOException fails the test.
    private static void parse(Reading reading) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            reading.read();
        } catch (IOException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_ALLOCATED);
    }

    private static void channelEnds(byte[] bytes) throws Exception {
        InputStream in = new ByteArrayInputStream(bytes);
        TtrpcChannel channel =
                TtrpcChannel.open(
                        "fuzz", new TtrpcConnection(in, OutputStream.nullOutputStream(), () -> {}));
        try {
            channel.ended().get();
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(IOException.class);
            assertThat(e).cause().message().doesNotStartWith("reader failed");
        }
    }

    private static byte[] mutate(byte[] seed, Random random) {
        byte[] bytes = seed.clone();
        for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                default -> bytes = Frames.join(Arrays.copyOf(bytes, at), bytes);
            }
        }
        return bytes;
    }
}
