package io.sunaba.sandbox;

import java.io.InputStream;
import java.io.OutputStream;
import org.osgi.annotation.versioning.ProviderType;

/// The standard streams of a process. Bytes pass unchanged; nothing is read ahead beyond one chunk,
/// so a process that prints faster than its reader is held up.
///
/// The streams block, and end with an [java.io.IOException] when the connection to the guest is
/// lost or the streams are closed.
@ProviderType
public interface ProcessStreams extends AutoCloseable {
    /// Returns its standard input. Closing it gives the process an end of file.
    OutputStream stdin();

    /// Returns its standard output, or its terminal's. Ends when no process holds it open any more.
    InputStream stdout();

    /// Returns its standard error; always at its end for a process with a terminal.
    InputStream stderr();

    /// Lets go of the streams. The process goes on, and its streams can be opened again.
    @Override
    void close();
}
