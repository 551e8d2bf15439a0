package io.sunaba.vmm;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.util.Objects.requireNonNull;

import io.sunaba.vmm.TapException.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A tap device of this host that was opened, to be handed to whoever is to have its packets
/// (source: the kernel's networking/tuntap). For one thread.
public final class TapDevice implements AutoCloseable {
    private static final String DRIVER = "/dev/net/tun";
    private static final String OWN_NAMESPACE = "/proc/thread-self/ns/net";
    private static final int NETWORK_NAMESPACE = 0x40000000;

    private static final long TUNSETIFF = 0x400454caL;
    private static final int REQUEST_SIZE = 40;
    private static final int FLAGS = 16;

    /// A tap, without packet information, with virtio's header.
    private static final short TAP_OF_A_VM = 0x0002 | 0x1000 | 0x4000;

    private final int descriptor;

    private TapDevice(int descriptor) {
        this.descriptor = descriptor;
    }

    /// Opens an existing device. Not interruptible, but quick.
    ///
    /// @param name its name
    /// @param namespace the file of the network namespace it is in, or null for this process's own
    public static TapDevice open(String name, @Nullable Path namespace) throws TapException {
        requireNonNull(name, "name is null");
        AtomicReference<@Nullable TapDevice> opened = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        // A namespace is a thread's, so this takes one that nobody else ever runs on.
        Thread thread =
                Thread.ofPlatform()
                        .name("tap " + name)
                        .start(() -> {
                            try {
                                opened.set(new TapDevice(openIn(name, namespace)));
                            } catch (TapException | RuntimeException e) {
                                failure.set(e);
                            }
                        });
        join(thread);
        TapDevice device = opened.get();
        if (device != null) {
            return device;
        }
        Throwable cause = failure.get();
        if (cause instanceof TapException e) {
            throw e;
        }
        throw new IllegalStateException("cannot open tap device " + name, cause);
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static int openIn(String name, @Nullable Path namespace) throws TapException {
        if (namespace == null) {
            return openHere(name);
        }
        int target = openNamespace(namespace);
        try {
            int own = openNamespace(Path.of(OWN_NAMESPACE));
            try {
                enter(target, namespace);
                // What this thread wakes in the runtime must not inherit a namespace: it goes back
                // before anybody hears of it.
                try {
                    return openHere(name);
                } finally {
                    enter(own, Path.of(OWN_NAMESPACE));
                }
            } finally {
                SystemCalls.close(own);
            }
        } finally {
            SystemCalls.close(target);
        }
    }

    private static int openNamespace(Path file) throws TapException {
        try {
            return SystemCalls.open(file.toString(), SystemCalls.READ_ONLY);
        } catch (SystemCallException e) {
            throw e.error() == SystemCallException.MISSING
                    ? new TapException(
                            Reason.MISSING, "network namespace %s is missing".formatted(file), e)
                    : new TapException(
                            Reason.NOT_PERMITTED,
                            "network namespace %s cannot be opened".formatted(file),
                            e);
        }
    }

    private static void enter(int namespace, Path file) throws TapException {
        try {
            SystemCalls.enterNamespace(namespace, NETWORK_NAMESPACE);
        } catch (SystemCallException e) {
            throw e.error() == SystemCallException.INVALID
                    ? new TapException(Reason.UNFIT, file + " is no network namespace", e)
                    : new TapException(
                            Reason.NOT_PERMITTED,
                            "network namespace %s cannot be entered: that takes CAP_SYS_ADMIN"
                                    .formatted(file),
                            e);
        }
    }

    private static int openHere(String name) throws TapException {
        try {
            // The driver would make one that is missing.
            if (!SystemCalls.hasInterface(name)) {
                throw new SystemCallException(name, SystemCallException.NO_SUCH_DEVICE);
            }
            int driver = SystemCalls.open(DRIVER, SystemCalls.READ_WRITE);
            boolean attached = false;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment request = arena.allocate(REQUEST_SIZE, 8);
                request.setString(0, name);
                request.set(JAVA_SHORT, FLAGS, TAP_OF_A_VM);
                SystemCalls.ioctl(driver, TUNSETIFF, request);
                attached = true;
                return driver;
            } finally {
                if (!attached) {
                    SystemCalls.close(driver);
                }
            }
        } catch (SystemCallException e) {
            throw refused(name, e);
        }
    }

    private static TapException refused(String name, SystemCallException e) {
        return switch (e.error()) {
            case SystemCallException.NO_SUCH_DEVICE ->
                    new TapException(Reason.MISSING, "there is no network device " + name, e);
            case SystemCallException.BUSY ->
                    new TapException(Reason.IN_USE, "tap device %s is in use".formatted(name), e);
            case SystemCallException.INVALID ->
                    new TapException(
                            Reason.UNFIT,
                            "network device %s is no tap device with one queue".formatted(name),
                            e);
            default ->
                    new TapException(
                            Reason.NOT_PERMITTED,
                            "tap device %s cannot be opened: that takes %s, and CAP_NET_ADMIN or a device that is ours"
                                    .formatted(name, DRIVER),
                            e);
        };
    }

    /// Returns the number of the descriptor.
    int descriptor() {
        return descriptor;
    }

    /// Closes it here; whoever was given it keeps it.
    @Override
    public void close() {
        SystemCalls.close(descriptor);
    }
}
