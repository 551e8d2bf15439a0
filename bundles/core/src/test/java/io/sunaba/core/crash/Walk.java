package io.sunaba.core.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.core.crash.Reach.Blow;
import io.sunaba.core.crash.Reach.Moment;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One operation, done as often as it has points, and struck at another one each time.
///
/// @param directory for the worlds
/// @param storage the name of the storage that holds the records at first
/// @param ground makes the worlds
record Walk(Path directory, String storage, Operation operation, Ground ground) {
    private static final int LIMIT = 96;

    /// Most of the time goes by in waiting for disks and for what is noticed late.
    private static final int AT_ONCE = 8;

    static final Blow DAEMON_IS_KILLED =
            (reach, point) -> {
                reach.kill();
                throw new UnavailableException("killed at " + point);
            };

    /// Where worlds are.
    interface Ground {
        World make(Path home, String storage) throws Exception;
    }

    /// What is done at one point, after the blow was struck.
    interface Aftermath {
        void check(World world) throws Exception;
    }

    private record Running<T extends @Nullable Object>(CompletableFuture<T> result) {
        static <T extends @Nullable Object> Running<T> of(Callable<T> body) {
            CompletableFuture<T> result = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    result.complete(body.call());
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
            return new Running<>(result);
        }

        T await() throws Exception {
            return result.get(60, TimeUnit.SECONDS);
        }
    }

    interface BlowIn {
        Blow of(World world);
    }

    /// Strikes at one point after the other, until there is none left.
    void run(Moment moment, BlowIn blow, Aftermath aftermath) throws Exception {
        int points = 0;
        boolean more = true;
        while (more && points < LIMIT) {
            List<Running<@Nullable String>> running = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                int number = ++points;
                running.add(Running.of(() -> strike(moment, number, blow, aftermath)));
            }
            for (Running<@Nullable String> strike : running) {
                more &= strike.await() != null;
            }
        }
        assertThat(more).as("more points than are walked").isFalse();
    }

    /// Returns the point that was struck, or null if the operation has fewer.
    private @Nullable String strike(Moment moment, int number, BlowIn blow, Aftermath aftermath)
            throws Exception {
        Path home = directory.resolve("%s-%d-%d".formatted(moment, number, System.nanoTime()));
        try (World world = ground.make(home, storage)) {
            world.create("other", "steady");
            world.sandboxes().fetch("other").start();
            String machine = world.hypervisor.only().spec.id();
            operation.prepare(world);
            world.reach().arm(number, moment, blow.of(world));
            CompletableFuture<Boolean> done =
                    Running.of(
                                    () -> {
                                        operation.run(world);
                                        return true;
                                    })
                            .result();
            CompletableFuture<String> struck = world.reach().struck();
            if (blow.of(world).equals(DAEMON_IS_KILLED)) {
                CompletableFuture.anyOf(struck, done.exceptionally(_ -> false))
                        .get(20, TimeUnit.SECONDS);
            } else {
                awaitEnd(done);
            }
            world.reach().disarm();
            if (!struck.isDone()) {
                awaitEnd(done);
                assertThat(done).isCompleted();
                return null;
            }
            String point = struck.join();
            try {
                aftermath.check(world);
                operation.repeat(world);
                Operation.end(world);
                Soundness.await(world);
                assertSteady(world, machine);
            } catch (AssertionError | SunabaException | InterruptedException e) {
                throw new AssertionError("%s %d: %s".formatted(moment, number, point), e);
            }
            return point;
        }
    }

    /// An operation may fail, in the ways that it owes its caller.
    private static void awaitEnd(CompletableFuture<Boolean> done) throws Exception {
        try {
            done.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(SunabaException.class);
        }
    }

    /// The other sandbox runs on the machine that it had.
    private static void assertSteady(World world, String machine) throws InterruptedException {
        assertThat(world.sandboxes().list()).extracting(SandboxStatus::id).containsExactly("other");
        Sandbox other = world.sandboxes().fetch("other");
        assertThat(other.status().state()).isEqualTo(SandboxState.RUNNING);
        assertThat(other.statusContainer("steady").state()).isEqualTo(ContainerState.RUNNING);
        assertThat(world.hypervisor.only().spec.id()).isEqualTo(machine);
        assertThat(other.statsContainer("steady").processes()).isEqualTo(1);
    }
}
