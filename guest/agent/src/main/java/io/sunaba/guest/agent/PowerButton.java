package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The host's wish that the machine turn itself off, which comes as a pressed key.
final class PowerButton {
    private static final String NAME = "Power Button";
    private static final int EVENT = 24;
    private static final int EV_KEY = 1;
    private static final int KEY_POWER = 116;

    private final SystemCalls calls;
    private final EventLoop events;
    private final Runnable pressed;

    private PowerButton(SystemCalls calls, EventLoop events, Runnable pressed) {
        this.calls = calls;
        this.events = events;
        this.pressed = pressed;
    }

    /// Watches the power buttons that the machine has; without one, nothing ever happens.
    static void watch(SystemCalls calls, EventLoop events, Runnable pressed) throws IOException {
        PowerButton button = new PowerButton(calls, events, pressed);
        Path inputs = Path.of("/sys/class/input");
        if (!Files.isDirectory(inputs)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(inputs, "event*")) {
            for (Path entry : entries) {
                if (Files.readString(entry.resolve("device/name")).strip().equals(NAME)) {
                    String device = "/dev/input/" + entry.getFileName();
                    button.await(calls.open(device, SystemCalls.O_NONBLOCK));
                }
            }
        }
    }

    private void await(int descriptor) throws ErrnoException {
        events.await(descriptor, SystemCalls.EPOLLIN, () -> receive(descriptor));
    }

    private void receive(int descriptor) {
        byte[] bytes = new byte[EVENT * 16];
        try {
            int length = calls.read(descriptor, bytes, bytes.length);
            ByteBuffer keys = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            for (int at = 0; at + EVENT <= length; at += EVENT) {
                // struct input_event: time, type, code, value.
                if (keys.getShort(at + 16) == EV_KEY
                        && keys.getShort(at + 18) == KEY_POWER
                        && keys.getInt(at + 20) == 1) {
                    pressed.run();
                }
            }
            await(descriptor);
        } catch (ErrnoException e) {
            Log.warn("power button", e);
        }
    }
}
