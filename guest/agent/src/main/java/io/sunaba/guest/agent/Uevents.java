package io.sunaba.guest.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the kernel tells about devices that come and go.
final class Uevents {
    private static final int NETLINK_KOBJECT_UEVENT = 15;
    private static final int MAX_EVENT = 8192;

    /// @param action for example `add`
    /// @param device path below /sys
    /// @param modalias what a driver for it is known by; empty if it needs none
    record Event(String action, String device, String modalias) {
        /// Parses `action@path`, then `KEY=value` pairs, all ended by zero bytes; null if it is
        /// something else.
        static @Nullable Event parse(byte[] bytes, int length) {
            String[] parts = new String(bytes, 0, length, UTF_8).split("\0", -1);
            int at = parts[0].indexOf('@');
            if (at < 0) {
                return null;
            }
            String modalias = "";
            for (String part : parts) {
                if (part.startsWith("MODALIAS=")) {
                    modalias = part.substring("MODALIAS=".length());
                }
            }
            return new Event(parts[0].substring(0, at), parts[0].substring(at + 1), modalias);
        }
    }

    /// Ends when closed.
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private final SystemCalls calls;
    private final EventLoop events;
    private final int socket;
    private final byte[] buffer = new byte[MAX_EVENT];
    private final List<Consumer<Event>> subscribers = new CopyOnWriteArrayList<>();

    Uevents(SystemCalls calls, EventLoop events) throws ErrnoException {
        this.calls = calls;
        this.events = events;
        this.socket =
                calls.socket(
                        SystemCalls.AF_NETLINK,
                        SystemCalls.SOCK_DGRAM | SystemCalls.O_NONBLOCK,
                        NETLINK_KOBJECT_UEVENT);
        // struct sockaddr_nl: family, padding, process (0 = any), groups (1 = the kernel's own).
        byte[] address =
                ByteBuffer.allocate(12)
                        .order(ByteOrder.nativeOrder())
                        .putShort((short) SystemCalls.AF_NETLINK)
                        .putShort((short) 0)
                        .putInt(0)
                        .putInt(1)
                        .array();
        calls.bind(socket, address);
        events.await(socket, SystemCalls.EPOLLIN, this::receive);
    }

    Subscription subscribe(Consumer<Event> subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    /// Runs on one thread at a time: the socket is armed again at the end.
    private void receive() {
        try {
            int length = calls.read(socket, buffer, buffer.length);
            while (length > 0) {
                Event event = Event.parse(buffer, length);
                if (event != null) {
                    for (Consumer<Event> subscriber : subscribers) {
                        subscriber.accept(event);
                    }
                }
                length = calls.read(socket, buffer, buffer.length);
            }
        } catch (ErrnoException e) {
            // Events were lost because too many came at once: those who wait see a timeout.
            Log.warn("device events", e);
        }
        try {
            events.await(socket, SystemCalls.EPOLLIN, this::receive);
        } catch (ErrnoException e) {
            Log.warn("device events ended", e);
        }
    }
}
