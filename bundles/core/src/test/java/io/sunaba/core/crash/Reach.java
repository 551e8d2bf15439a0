package io.sunaba.core.crash;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.Agent;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Machine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The reach of one daemon: all that it does to the world outside passes here, one thing at a time,
/// until it is killed. From then on nothing it does has an effect, and it hears of nothing.
final class Reach {
    /// When something strikes: before an effect, or when it is there and its caller has not heard.
    enum Moment {
        BEFORE,
        AFTER
    }

    /// What strikes.
    interface Blow {
        /// Tells whether a point counts.
        default boolean at(String point) {
            return true;
        }

        void strike(Reach reach, String point);
    }

    private static final Set<String> WRITES = Set.of("save", "delete", "write");
    private static final Set<String> NO_EFFECT =
            Set.of(
                    "id",
                    "state",
                    "exited",
                    "record",
                    "agentEndpoint",
                    "consoleTail",
                    "guestDetails",
                    "lost",
                    "confirmStdout",
                    "confirmStderr",
                    "capabilities",
                    "close");
    private static final Set<String> QUESTIONS =
            Set.of(
                    "load",
                    "read",
                    "machines",
                    "plan",
                    "waitProcess",
                    "awaitOomEvent",
                    "readStdout");

    private final ReentrantLock lock = new ReentrantLock();
    private final List<AutoCloseable> handles = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> struck = new CompletableFuture<>();
    private volatile boolean dead;
    private volatile boolean full;
    private @Nullable Blow blow;
    private Moment moment = Moment.BEFORE;
    private int left;

    /// Arms the n-th point from now on.
    void arm(int number, Moment when, Blow what) {
        lock.lock();
        try {
            left = number;
            moment = when;
            blow = what;
        } finally {
            lock.unlock();
        }
    }

    void disarm() {
        arm(0, Moment.BEFORE, (_, _) -> {});
    }

    /// Completes with the point that was struck.
    CompletableFuture<String> struck() {
        return struck;
    }

    static boolean isWrite(String point) {
        return WRITES.contains(point);
    }

    /// Has all writes of the daemon fail, or none.
    void fill(boolean noRoom) {
        full = noRoom;
    }

    /// Kills the daemon; what it held open is closed, as the system does.
    void kill() {
        lock.lock();
        try {
            dead = true;
        } finally {
            lock.unlock();
        }
        for (AutoCloseable handle : handles) {
            try {
                handle.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    void requireAlive() {
        if (dead) {
            throw new UnavailableException("the daemon is dead");
        }
    }

    /// Puts something of the world within reach.
    <T> T of(Class<T> type, T target) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                call(type, target, proxy, method, arguments)));
    }

    @SuppressWarnings("ReferenceEquality") // a plugin is told by its identity
    private @Nullable Object call(
            Class<?> type,
            Object target,
            Object proxy,
            Method method,
            Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        if (method.getDeclaringClass().equals(Object.class)) {
            return switch (name) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> target.toString();
            };
        }
        if (NO_EFFECT.contains(name)) {
            return invoke(method, target, arguments);
        }
        if (name.equals("ability") && arguments != null) {
            return ability((Class<?>) arguments[0], invoke(method, target, arguments));
        }
        if (QUESTIONS.contains(name)) {
            requireAlive();
            Object answer = invoke(method, target, arguments);
            requireAlive();
            return answer;
        }
        lock.lockInterruptibly();
        try {
            return effect(
                    type.getSimpleName()
                            + "."
                            + name
                            + (arguments != null && arguments[0] instanceof String first
                                    ? "(" + first.replaceAll("[0-9a-f]{8,}", "*") + ")"
                                    : ""),
                    name,
                    () -> invoke(method, target, arguments));
        } finally {
            lock.unlock();
        }
    }

    private interface Call {
        @Nullable Object run() throws Throwable;
    }

    private @Nullable Object effect(String shown, String name, Call call) throws Throwable {
        requireAlive();
        Blow due = blow != null && left > 0 && blow.at(name) && --left == 0 ? blow : null;
        if (due != null && moment == Moment.BEFORE) {
            strike(due, shown);
        }
        if (full && isWrite(name)) {
            throw new UnavailableException("no space left for " + shown);
        }
        Object result = call.run();
        if (due != null && moment == Moment.AFTER) {
            strike(due, shown);
        }
        return hold(result);
    }

    private void strike(Blow due, String shown) {
        try {
            due.strike(this, shown);
        } finally {
            struck.complete(shown);
        }
    }

    private @Nullable Object hold(@Nullable Object result) {
        return switch (result) {
            case Machine machine -> {
                handles.add(machine);
                yield of(Machine.class, machine);
            }
            case Agent agent -> {
                handles.add(agent);
                yield of(Agent.class, agent);
            }
            case null, default -> result;
        };
    }

    private <T> Object ability(Class<T> kind, @Nullable Object target) {
        return of(kind, requireNonNull(kind.cast(target)));
    }

    private static @Nullable Object invoke(
            Method method, Object target, Object @Nullable [] arguments) throws Throwable {
        try {
            method.setAccessible(true);
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        } catch (IllegalAccessException e) {
            throw new AssertionError(Arrays.toString(arguments), e);
        }
    }
}
