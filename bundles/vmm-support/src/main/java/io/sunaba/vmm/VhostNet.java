package io.sunaba.vmm;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// The kernel's driver that moves a guest's packets past its VMM (source: linux/vhost.h).
public final class VhostNet {
    private static final Path DRIVER = Path.of("/dev/vhost-net");
    private static final long VHOST_SET_OWNER = 0xaf01;

    private VhostNet() {}

    /// Tells whether this process can use it. A VMM that tries in vain may abort.
    public static boolean works() {
        return works(DRIVER);
    }

    static boolean works(Path driver) {
        try {
            int descriptor = SystemCalls.open(driver.toString(), SystemCalls.READ_WRITE);
            try {
                SystemCalls.ioctl(descriptor, VHOST_SET_OWNER, MemorySegment.NULL);
                return true;
            } finally {
                SystemCalls.close(descriptor);
            }
        } catch (SystemCallException _) {
            return false;
        }
    }
}
