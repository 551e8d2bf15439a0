package io.sunaba.vmm;

import java.io.IOException;

/// The kernel refused a system call.
final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    // source: errno(3)
    static final int NOT_PERMITTED = 1;
    static final int MISSING = 2;
    static final int INTERRUPTED = 4;
    static final int NO_DEVICE_BEHIND = 6;
    static final int ACCESS_DENIED = 13;
    static final int BUSY = 16;
    static final int NO_SUCH_DEVICE = 19;
    static final int INVALID = 22;

    private final int error;

    SystemCallException(String call, int error) {
        super("%s: error %d".formatted(call, error));
        this.error = error;
    }

    /// Returns the kernel's number of the error.
    int error() {
        return error;
    }
}
