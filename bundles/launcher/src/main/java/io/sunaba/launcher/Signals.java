package io.sunaba.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;

/// Passes the signals of this process on to the platform.
///
/// There is nothing but `sun.misc.Signal` to handle one, and the compiler warns of it without a way
/// to answer: hence by reflection.
final class Signals {
    private static final int INTERRUPT = 2;
    private static final int TERMINATE = 15;
    private static final int ENOUGH = 4;

    private Signals() {}

    /// Forwards `SIGINT` and `SIGTERM`, and the size of the terminal if there is one.
    static void forward(Exchange exchange, boolean terminal) {
        int[] count = new int[1];
        handle("INT", () -> pass(exchange, INTERRUPT, ++count[0]));
        handle("TERM", () -> pass(exchange, TERMINATE, ++count[0]));
        if (terminal) {
            handle("WINCH", () -> resize(exchange));
        }
    }

    private static void pass(Exchange exchange, int signal, int count) {
        try {
            // Whoever insists is let go, even if the platform hangs.
            if (count >= ENOUGH) {
                throw new IOException("insisted");
            }
            exchange.signal(signal);
        } catch (IOException _) {
            Runtime.getRuntime().halt(128 + signal);
        }
    }

    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> {
                                if (method.getName().equals("handle")) {
                                    action.run();
                                }
                                return null;
                            });
            Constructor<?> constructor = signal.getConstructor(String.class);
            Method handle = signal.getMethod("handle", signal, handler);
            handle.invoke(null, constructor.newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot handle SIG" + name, e);
        }
    }

    private static void resize(Exchange exchange) {
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
