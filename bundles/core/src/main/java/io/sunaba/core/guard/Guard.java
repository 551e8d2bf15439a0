package io.sunaba.core.guard;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls one plugin. Its errors that the contracts know pass; anything else that it throws, and
/// null, becomes an [UnavailableException] that names plugin and method, and a call that takes too
/// long a [io.sunaba.error.TimedOutException].
public final class Guard {
    /// Something to do.
    interface Action {
        void run() throws InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

    private final String plugin;
    private final Supplier<Duration> limit;
    private final BooleanSupplier present;

    /// @param plugin the plugin as messages name it, such as `the storage plugin 'fs'`
    /// @param limit how long a call may take that waits for nobody; zero for any time
    /// @param present tells whether the plugin is still there: one that is taken away while it
    ///   works may fail in any way, and is not to blame
    public Guard(String plugin, Supplier<Duration> limit, BooleanSupplier present) {
        this.plugin = requireNonNull(plugin, "plugin is null");
        this.limit = requireNonNull(limit, "limit is null");
        this.present = requireNonNull(present, "present is null");
    }

    /// Returns the guard of another plugin, which this one brings with it.
    Guard of(String other) {
        return new Guard(other, limit, present);
    }

    /// Has a service activated, which is when its bundle's code runs for the first time.
    ///
    /// @param late takes the service if it is there after all when the time is over
    /// @return null if it cannot be had
    public <T> @Nullable T activate(Supplier<@Nullable T> service, Consumer<T> late)
            throws InterruptedException {
        return limited("activate", Duration.ZERO, service::get, true, late);
    }

    /// Calls an interruptible method.
    <T> T call(String method, Call.Body<T> body) throws InterruptedException {
        return make(method, body, _ -> {});
    }

    /// Calls an interruptible method that makes something.
    ///
    /// @param late disposes of what is made when nobody waits for it any more
    <T> T make(String method, Call.Body<T> body, Consumer<T> late) throws InterruptedException {
        return make(method, Duration.ZERO, body, late);
    }

    /// As the other, for a method that has a time limit itself, which comes on top.
    <T> T make(String method, Duration more, Call.Body<T> body, Consumer<T> late)
            throws InterruptedException {
        return returned(method, limited(method, more, body, true, late));
    }

    /// Calls an interruptible method that returns nothing.
    void run(String method, Action action) throws InterruptedException {
        limited(method, Duration.ZERO, nothing(action), true, _ -> {});
    }

    /// Calls a method that is not interruptible.
    <T> T ask(String method, Supplier<@Nullable T> question) {
        return returned(method, uninterrupted(method, question::get));
    }

    /// Calls an interruptible method that returns a list, and copies that.
    <T> List<T> callList(String method, Call.Body<List<T>> body) throws InterruptedException {
        return call(method, () -> copy(body.run()));
    }

    /// Calls a method that is not interruptible and returns a list, and copies that.
    <T> List<T> list(String method, Supplier<@Nullable List<T>> question) {
        return ask(method, () -> copy(question.get()));
    }

    private static <T> @Nullable List<T> copy(@Nullable List<T> list) {
        return list == null ? null : List.copyOf(list);
    }

    /// Calls a method that is not interruptible and returns nothing.
    void tell(String method, Runnable action) {
        uninterrupted(method, nothing(action::run));
    }

    /// Calls a method that may take as long as it likes, on this very thread.
    <T> T await(String method, Call.Body<T> body) throws InterruptedException {
        return returned(method, unlimited(method, body));
    }

    private <T> @Nullable T unlimited(String method, Call.Body<T> body)
            throws InterruptedException {
        try {
            return body.run();
        } catch (RuntimeException | Error e) {
            throw translated(method, e);
        }
    }

    /// As the other, for a method that returns nothing.
    void awaitEnd(String method, Action action) throws InterruptedException {
        await(
                method,
                () -> {
                    action.run();
                    return Boolean.TRUE;
                });
    }

    private static Call.Body<Void> nothing(Action action) {
        return () -> {
            action.run();
            return null;
        };
    }

    private <T> @Nullable T uninterrupted(String method, Call.Body<T> body) {
        try {
            return limited(method, Duration.ZERO, body, false, _ -> {});
        } catch (InterruptedException e) {
            throw translated(method, e);
        }
    }

    private <T> @Nullable T limited(
            String method,
            Duration more,
            Call.Body<T> body,
            boolean interruptible,
            Consumer<T> late)
            throws InterruptedException {
        Duration bound = limit.get();
        if (bound.isZero()) {
            return unlimited(method, body);
        }
        Call<T> call =
                new Call<>(plugin + ": " + method, body, value -> settle(method, value, late));
        Workers.run(call);
        try {
            return call.await(bound.plus(more), interruptible);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException interrupt) {
                throw interrupt;
            }
            throw translated(method, requireNonNull(e.getCause()));
        }
    }

    private <T> void settle(String method, T value, Consumer<T> late) {
        LOG.warn("{}: {} returned after all", plugin, method);
        try {
            late.accept(value);
        } catch (RuntimeException | Error e) {
            LOG.error("{}: what {} returned cannot be disposed of", plugin, method, e);
        }
    }

    private <T> T returned(String method, @Nullable T value) {
        if (value == null) {
            throw new UnavailableException("%s: %s returned null".formatted(plugin, method));
        }
        return value;
    }

    private SunabaException translated(String method, Throwable failure) {
        if (failure instanceof SunabaException expected) {
            return expected;
        }
        if (!present.getAsBoolean()) {
            return new UnavailableException(plugin + " went away", failure);
        }
        LOG.warn("{}: {} failed", plugin, method, failure);
        return new UnavailableException(
                "%s: %s failed: %s".formatted(plugin, method, failure), failure);
    }
}
