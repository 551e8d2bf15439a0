package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
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
    private final boolean terminal;
    private int count;

    /// @param terminal whether the size of a terminal is to be passed on as well
    Signals(Exchange exchange, boolean terminal) {
        this.exchange = requireNonNull(exchange, "exchange is null");
        this.terminal = terminal;
    }

    /// Takes `SIGINT` and `SIGTERM` from now on.
    @Override
    public void run() {
        handle("INT");
        handle("TERM");
        if (terminal) {
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
        try {
            // Whoever insists is let go, even if the platform hangs.
            if (++count >= ENOUGH) {
                throw new IOException("insisted");
            }
            exchange.signal(signal);
        } catch (IOException _) {
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
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(ProcessBuilder.Redirect.INHERIT)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (InputStream output = stty.getInputStream()) {
                String[] size =
                        new String(output.readAllBytes(), StandardCharsets.US_ASCII)
                                .strip()
                                .split(" ", -1);
                if (size.length == 2) {
                    exchange.resize(Integer.parseInt(size[1]), Integer.parseInt(size[0]));
                }
            }
        } catch (IOException | NumberFormatException _) {
            // The terminal keeps the size it had.
        }
    }
}
