package io.sunaba.vmm;

import java.io.IOException;
import java.nio.file.Path;

/// A pipe with a name (source: fifo(7)).
public final class NamedPipe {
    private static final int OWNER_ONLY = 0600;

    private NamedPipe() {}

    /// Makes one that this user alone can open.
    public static void create(Path path) throws IOException {
        try {
            SystemCalls.makePipe(path.toString(), OWNER_ONLY);
        } catch (SystemCallException e) {
            throw new IOException("cannot make pipe " + path, e);
        }
    }
}
