package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/// Passes the signals of this process on to the platform.
///
/// There is nothing but `sun.misc.Signal` to handle one, and the compiler warns of it without a way
/// to answer: hence by reflection.
final class Signals implements Runnable, InvocationHandler {
    private static final int INTERRUPT = 2;
    private static final int TERMINATE = 15;
    private static final int ENOUGH = 4;

    private final Exchange exchange;
    private final Terminal terminal;
    private int count;

    Signals(Exchange exchange, Terminal terminal) {
        this.exchange = requireNonNull(exchange, "exchange is null");
        this.terminal = requireNonNull(terminal, "terminal is null");
    }

    /// Takes `SIGINT` and `SIGTERM` from now on, and `SIGWINCH` at a terminal.
    @Override
    public void run() {
        handle("INT");
        handle("TERM");
        if (!terminal.type().isEmpty()) {
            handle("WINCH");
        }
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
        if (arguments != null && method.getName().equals("handle")) {
            switch (arguments[0].toString()) {
                case "SIGINT" -> pass(INTERRUPT);
                case "SIGTERM" -> pass(TERMINATE);
                default -> resize();
            }
        }
        return null;
    }

    private void pass(int signal) {
        if (signal == TERMINATE && terminal.inUse()) {
            // Somebody else wants it to end: what runs there would take it for a key.
            Runtime.getRuntime().exit(128 + signal);
        }
        try {
            // Whoever insists is let go, even if the platform hangs.
            if (++count >= ENOUGH) {
                throw new IOException("insisted");
            }
            exchange.signal(signal);
        } catch (IOException _) {
            terminal.restore();
            Runtime.getRuntime().halt(128 + signal);
        }
    }

    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(), new Class<?>[] {handler}, this);
            Constructor<?> constructor = signal.getConstructor(String.class);
            Method handle = signal.getMethod("handle", signal, handler);
            handle.invoke(null, constructor.newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot handle SIG" + name, e);
        }
    }

    private void resize() {
        try {
            if (terminal.inUse()) {
                exchange.resize();
            }
        } catch (IOException _) {
            // The platform is gone, which the other thread tells.
        }
    }
}
