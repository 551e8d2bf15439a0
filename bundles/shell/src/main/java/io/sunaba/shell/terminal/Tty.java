package io.sunaba.shell.terminal;

import io.sunaba.sandbox.TerminalSize;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/// The terminal that the caller sits at.
public interface Tty {
    /// Returns its type, such as `xterm-256color`.
    String type();

    /// Asks for its size.
    TerminalSize size() throws InterruptedException;

    /// Takes it over: until the returned one is closed, each byte passes as it is, both ways, keys
    /// such as Ctrl-C included.
    ///
    /// @param fullScreen whether to show a page of its own; what was on the screen comes back
    /// @param onResize is told each size, the first one included, and must not block
    Raw takeOver(boolean fullScreen, Consumer<TerminalSize> onResize) throws InterruptedException;

    /// A terminal that was taken over.
    interface Raw extends AutoCloseable {
        /// Returns its size when it was taken over.
        TerminalSize size();

        /// Returns what is typed. An interrupted reader leaves it usable.
        InputStream in();

        /// Returns the screen.
        OutputStream out();

        /// Gives it back as it was, also on an interrupted thread.
        @Override
        void close();
    }
}
