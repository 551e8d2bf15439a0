package io.sunaba.core.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A handle that plugins come and go under: a call that begins when its plugin has gone waits for
/// the next one and goes there.
public final class Steady<T> implements InvocationHandler {
    /// What a method of a handle does.
    public enum Manner {
        /// Tells what the handle knows: asks nobody.
        KNOWN,
        /// Is done soon, and let end when its plugin goes.
        SHORT,
        /// Waits for something to happen, and may be repeated: is begun anew with the next plugin.
        WAITING
    }

    /// Hands out the handle that the next plugin has for the same thing.
    @FunctionalInterface
    public interface Next<T> {
        /// @throws UnavailableException if no plugin comes within the grace
        T next() throws InterruptedException;
    }

    /// Makes steady what a call hands out.
    @FunctionalInterface
    public interface HandedOut {
        Object steady(Object[] arguments, Object result);
    }

    /// After these a handle is of no use.
    private static final Set<String> LAST = Set.of("close", "leave");

    private static final Object OVER = new Object();

    /// Null once it is closed: who waits with the next plugin must not hold on to this one's
    /// classes.
    private volatile @Nullable T handle;

    private final Calls calls;
    private final Function<Method, Manner> manners;
    private final Next<T> next;
    private final HandedOut handedOut;

    private Steady(
            T handle,
            Calls calls,
            Function<Method, Manner> manners,
            Next<T> next,
            HandedOut handedOut) {
        this.handle = requireNonNull(handle, "handle is null");
        this.calls = requireNonNull(calls, "calls is null");
        this.manners = requireNonNull(manners, "manners is null");
        this.next = requireNonNull(next, "next is null");
        this.handedOut = requireNonNull(handedOut, "handedOut is null");
    }

    /// Makes a handle steady.
    ///
    /// @param calls those of its plugin
    /// @param manners what its methods do
    public static <T> T of(
            Class<T> type, T handle, Calls calls, Function<Method, Manner> manners, Next<T> next) {
        return of(type, handle, calls, manners, next, (_, result) -> result);
    }

    /// As [#of(Class, Object, Calls, Function, Next)], for one that hands out other handles.
    ///
    /// @param handedOut makes what it hands out steady
    public static <T> T of(
            Class<T> type,
            T handle,
            Calls calls,
            Function<Method, Manner> manners,
            Next<T> next,
            HandedOut handedOut) {
        return type.cast(
                Proxy.newProxyInstance(
                        Steady.class.getClassLoader(),
                        new Class<?>[] {type},
                        new Steady<>(handle, calls, manners, next, handedOut)));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && isSame(proxy, arguments[0]);
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "steady " + handle;
            };
        }
        if (LAST.contains(method.getName())) {
            close(method);
            return null;
        }
        Object result =
                switch (manners.apply(method)) {
                    case KNOWN -> known(method, arguments);
                    case SHORT -> calls.begin() ? callAndEnd(method, arguments) : OVER;
                    case WAITING -> waitFor(method, arguments);
                };
        return isSame(OVER, result) ? call(successor(proxy), method, arguments) : result;
    }

    private void close(Method method) throws Throwable {
        T closed = handle;
        handle = null;
        if (closed != null) {
            var _ = call(closed, method, null);
        }
    }

    private @Nullable Object known(Method method, Object @Nullable [] arguments) throws Throwable {
        T current = handle;
        return current == null ? OVER : call(current, method, arguments);
    }

    @SuppressWarnings("ReferenceEquality") // a handle is told by its identity
    private static boolean isSame(Object one, @Nullable Object other) {
        return one == other;
    }

    private @Nullable Object callAndEnd(Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            T current = handle;
            if (current == null) {
                throw new UnavailableException("the connection is closed");
            }
            Object result = call(current, method, arguments);
            return result == null || arguments == null
                    ? result
                    : handedOut.steady(arguments, result);
        } finally {
            calls.end();
        }
    }

    /// What is let go of is closed, and its calls fail, once the plugin serves no more.
    private @Nullable Object waitFor(Method method, Object @Nullable [] arguments)
            throws Throwable {
        T current = handle;
        if (calls.over()) {
            return OVER;
        }
        if (current == null) {
            throw new UnavailableException("the connection is closed");
        }
        try {
            return call(current, method, arguments);
        } catch (RuntimeException | LinkageError e) {
            if (calls.over()) {
                return OVER;
            }
            throw e;
        }
    }

    /// Whoever lets go of the handle does so a moment after the plugin has gone.
    private Object successor(Object proxy) throws InterruptedException {
        while (true) {
            T found = next.next();
            if (!isSame(found, proxy)) {
                return found;
            }
            Thread.sleep(1);
        }
    }

    private static @Nullable Object call(
            Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw requireNonNull(e.getCause(), "an exception without a cause");
        }
    }
}
