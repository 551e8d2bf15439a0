package io.sunaba.tck;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One promise of a contract, and how to see that it is kept.
///
/// @param name the promise as a sentence
/// @param limit how long it may take, fixture included; then it is interrupted and has failed
/// @param body what fails with any exception or error if the promise is broken
/// @param <F> the kind of fixture
public record Check<F extends AutoCloseable>(String name, Duration limit, Body<F> body) {
    private static final Duration GIVE_UP = Duration.ofSeconds(10);
    private static final Duration USUAL_LIMIT = Duration.ofSeconds(60);

    /// A check waits a few times.
    private static final int WAITS = 6;

    public Check {
        requireNonNull(name, "name is null");
        requireNonNull(limit, "limit is null");
        requireNonNull(body, "body is null");
    }

    /// A check that may take 60 seconds, or longer where [Patience] is.
    public Check(String name, Body<F> body) {
        this(name, usualLimit(), body);
    }

    private static Duration usualLimit() {
        Duration patient = Patience.get().multipliedBy(WAITS);
        return patient.compareTo(USUAL_LIMIT) > 0 ? patient : USUAL_LIMIT;
    }

    /// What a check does with its fixture.
    ///
    /// @param <F> the kind of fixture
    @FunctionalInterface
    public interface Body<F> {
        void run(F fixture) throws Throwable;
    }

    /// Runs the check on a thread of its own with a fixture of its own.
    public Outcome run(FixtureSource<F> source) throws InterruptedException {
        requireNonNull(source, "source is null");
        CompletableFuture<@Nullable Throwable> ended = new CompletableFuture<>();
        long started = System.nanoTime();
        Thread thread =
                Thread.ofPlatform()
                        .name("check " + name)
                        .daemon()
                        .start(() -> ended.complete(failureOf(source)));
        try {
            if (!thread.join(limit)) {
                return new Outcome(name, since(started), stuck(thread));
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            thread.join(GIVE_UP);
            throw e;
        }
        return new Outcome(name, since(started), ended.join());
    }

    private @Nullable Throwable failureOf(FixtureSource<F> source) {
        try (F fixture = source.open()) {
            body.run(fixture);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private AssertionError stuck(Thread thread) throws InterruptedException {
        AssertionError error = new AssertionError("not done within " + limit.toMillis() + " ms");
        error.setStackTrace(thread.getStackTrace());
        thread.interrupt();
        thread.join(GIVE_UP);
        return error;
    }

    private static Duration since(long started) {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
