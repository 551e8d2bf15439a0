package io.sunaba.shell.process;

import io.sunaba.error.SunabaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes bytes from one stream to another as they come.
final class Copy {
    private static final Logger LOG = LoggerFactory.getLogger(Copy.class);
    private static final int CHUNK_BYTES = 64 << 10;

    private Copy() {}

    /// Copies on a thread of its own, until the end or an interrupt.
    ///
    /// @param close whether the end is passed on
    static Thread start(String name, InputStream from, OutputStream to, boolean close) {
        return Thread.ofVirtual()
                .name(name)
                .start(() -> {
                    byte[] chunk = new byte[CHUNK_BYTES];
                    try {
                        for (int read = from.read(chunk); read >= 0; read = from.read(chunk)) {
                            to.write(chunk, 0, read);
                            to.flush();
                        }
                        if (close) {
                            to.close();
                        }
                    } catch (IOException | SunabaException e) {
                        // The other end is gone: the process has ended, or the caller has.
                        LOG.debug("{} ends: {}", name, e.toString());
                    }
                });
    }
}
