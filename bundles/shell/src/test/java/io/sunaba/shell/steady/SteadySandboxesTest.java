package io.sunaba.shell.steady;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.Sandboxes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SteadySandboxesTest {
    private final Awaited<Sandboxes> cores = new Awaited<>("no core", Duration.ofSeconds(20));
    private final SteadySandboxes sandboxes = new SteadySandboxes(cores);

    /// A core with one sandbox, in which one process prints.
    private final class Core {
        final CountDownLatch asked = new CountDownLatch(1);
        final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
        private final CompletableFuture<Void> gone = new CompletableFuture<>();
        private final InputStream output;
        private final Sandboxes service = fake(Sandboxes.class);

        Core(String prints) {
            output = new ByteArrayInputStream(prints.getBytes(UTF_8));
        }

        void come() {
            cores.set(service);
        }

        void go() {
            cores.unset(service);
            gone.complete(null);
        }

        private <T> T fake(Class<T> type) {
            return type.cast(
                    Proxy.newProxyInstance(
                            type.getClassLoader(),
                            new Class<?>[] {type},
                            (proxy, method, _) -> answer(proxy, method.getName())));
        }

        private @Nullable Object answer(Object proxy, String method) throws Exception {
            return switch (method) {
                case "equals" -> false;
                case "hashCode" -> System.identityHashCode(proxy);
                case "id" -> "web";
                case "fetch" -> fake(Sandbox.class);
                case "list" -> {
                    requireHere();
                    yield List.of();
                }
                case "waitProcess" -> {
                    asked.countDown();
                    CompletableFuture.anyOf(exit, gone).get();
                    requireHere();
                    yield exit.get();
                }
                case "ioStream" -> streams();
                default -> throw new AssertionError(method);
            };
        }

        private void requireHere() {
            if (gone.isDone()) {
                throw new UnavailableException("the platform stops");
            }
        }

        /// Prints, and then nothing more, as long as the core is here.
        private ProcessStreams streams() {
            InputStream stdout =
                    new InputStream() {
                        @Override
                        public int read() throws IOException {
                            byte[] one = new byte[1];
                            return read(one, 0, 1) < 0 ? -1 : one[0];
                        }

                        @Override
                        public int read(byte[] target, int offset, int length) throws IOException {
                            int count = output.read(target, offset, length);
                            if (count < 0) {
                                asked.countDown();
                                gone.join();
                                throw new IOException("the streams were closed");
                            }
                            return count;
                        }
                    };
            return new ProcessStreams() {
                @Override
                public OutputStream stdin() {
                    return OutputStream.nullOutputStream();
                }

                @Override
                public InputStream stdout() {
                    return stdout;
                }

                @Override
                public InputStream stderr() {
                    return InputStream.nullInputStream();
                }

                @Override
                public void close() {}
            };
        }
    }

    @Test
    void aCallWaitsForTheNextCore() {
        Core first = new Core("");
        first.come();
        first.go();
        CompletableFuture<List<?>> listing =
                CompletableFuture.supplyAsync(sandboxes::list, Thread::startVirtualThread);
        new Core("").come();
        assertThat(listing.join()).isEmpty();
    }

    @Test
    void aCoreThatRefusesAndIsThereIsHeard() {
        Core core = new Core("");
        core.come();
        core.gone.complete(null);
        assertThatThrownBy(sandboxes::list)
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the platform stops");
    }

    @Test
    void whoWaitsForAProcessGoesOnWithTheNextCore() throws Exception {
        Core first = new Core("");
        Core second = new Core("");
        first.come();
        Sandbox sandbox = sandboxes.fetch("web");
        CompletableFuture<ExitStatus> waiting = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                waiting.complete(sandbox.waitProcess("c", "c"));
            } catch (InterruptedException | RuntimeException e) {
                waiting.completeExceptionally(e);
            }
        });
        first.asked.await();
        first.go();
        second.come();
        second.exit.complete(new ExitStatus(3, Instant.EPOCH));
        assertThat(waiting.join().code()).isEqualTo(3);
    }

    @Test
    void whoReadsGoesOnWithTheNextCore() throws Exception {
        Core first = new Core("one");
        Core second = new Core("two");
        first.come();
        try (ProcessStreams streams = sandboxes.fetch("web").ioStream("c", "c")) {
            CompletableFuture<byte[]> reading = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    reading.complete(streams.stdout().readNBytes(6));
                } catch (IOException | RuntimeException e) {
                    reading.completeExceptionally(e);
                }
            });
            first.asked.await();
            first.go();
            second.come();
            assertThat(reading.join()).asString().isEqualTo("onetwo");
        }
    }

    @Test
    void whatWasNeverThereIsNotWaitedFor() {
        assertThatThrownBy(sandboxes::list)
                .isInstanceOf(UnavailableException.class)
                .hasMessage("no core");
    }
}
