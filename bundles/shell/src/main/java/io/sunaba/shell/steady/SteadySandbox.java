package io.sunaba.shell.steady;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ProcessStreams;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.Sandboxes;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/// A sandbox of whichever core is there, see [SteadySandboxes].
final class SteadySandbox implements InvocationHandler {
    /// A sandbox, and the core that it is of.
    record Held(Sandboxes core, Sandbox sandbox) {}

    private final SteadySandboxes sandboxes;
    private final String id;
    private volatile Held held;

    SteadySandbox(SteadySandboxes sandboxes, Sandboxes core, Sandbox sandbox) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.id = sandbox.id();
        this.held = new Held(core, sandbox);
    }

    Sandbox proxy() {
        return (Sandbox)
                Proxy.newProxyInstance(
                        SteadySandbox.class.getClassLoader(), new Class<?>[] {Sandbox.class}, this);
    }

    Held held() {
        return held;
    }

    /// Tells whether the core of a sandbox has gone.
    boolean gone(Held of) {
        return !sandboxes.cores().is(of.core);
    }

    /// Fetches the sandbox from the core that comes in the place of one that has gone.
    Held next(Held of) throws InterruptedException {
        while (gone(of)) {
            Sandboxes core = sandboxes.cores().require();
            try {
                Held fresh = new Held(core, core.fetch(id));
                held = fresh;
                return fresh;
            } catch (UnavailableException e) {
                if (sandboxes.cores().is(core)) {
                    throw e;
                }
            }
        }
        return of;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        Held current = held;
        while (true) {
            try {
                return steady(current, arguments, method.invoke(current.sandbox, arguments));
            } catch (InvocationTargetException e) {
                Throwable cause = requireNonNull(e.getCause(), "an exception without a cause");
                if (!(cause instanceof UnavailableException) || !gone(current)) {
                    throw cause;
                }
                current = next(current);
            }
        }
    }

    private @Nullable Object steady(
            Held of, Object @Nullable [] arguments, @Nullable Object result) {
        return switch (result) {
            case ProcessStreams streams when arguments != null ->
                    new SteadyStreams(
                            this, of, streams, (String) arguments[0], (String) arguments[1]);
            case SandboxMonitor monitor ->
                    new SteadyMonitor(
                            sandboxes, of.core, monitor, core -> core.fetch(id).monitor());
            case null, default -> result;
        };
    }
}
