package io.sunaba.guest.agent;

import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A network of its own, with nothing in it but the loopback device, for as long as a test takes.
///
/// It is that of one thread and of all threads which that one starts.
final class NetworkNamespace implements AutoCloseable {
    private static final int UNSHARE = 272;
    private static final long NEW_NETWORK = 0x40000000;
    private static final int NEW_LINK = 16;
    private static final int DELETE_LINK = 17;

    private final LinuxSystemCalls calls = new LinuxSystemCalls();
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

    NetworkNamespace() throws Exception {
        run(() -> calls.call("unshare", UNSHARE, NEW_NETWORK, 0, 0));
    }

    SystemCalls calls() {
        return calls;
    }

    /// Something that is done in the namespace.
    interface Step {
        void run() throws Exception;
    }

    <T> T call(Callable<T> body) throws Exception {
        try {
            return thread.submit(body).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    void run(Step step) throws Exception {
        call(() -> {
            step.run();
            return true;
        });
    }

    /// Adds one end of a cable; the other end has a name of the kernel's choice. In the namespace.
    void plug(String name, String mac) throws IOException {
        byte[] veth = new NetlinkRequest().attribute(1, "veth").bytes();
        try (Netlink netlink = Netlink.open(calls, Netlink.NO_GROUP)) {
            netlink.perform(
                    "plug " + name,
                    NEW_LINK,
                    Netlink.CREATE | Netlink.EXCLUSIVE,
                    new NetlinkRequest()
                            .u8(0, 0)
                            .u16(0)
                            .u32(0)
                            .u32(0)
                            .u32(0)
                            .attribute(1, HexFormat.ofDelimiter(":").parseHex(mac))
                            .attribute(3, name)
                            .attribute(18, veth));
        }
    }

    /// Removes a device. In the namespace.
    void unplug(String name) throws IOException {
        try (Netlink netlink = Netlink.open(calls, Netlink.NO_GROUP)) {
            netlink.perform(
                    "unplug " + name,
                    DELETE_LINK,
                    0,
                    new NetlinkRequest().u8(0, 0).u16(0).u32(0).u32(0).u32(0).attribute(3, name));
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
