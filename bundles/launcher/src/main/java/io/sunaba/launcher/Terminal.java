package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.TerminalMode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The terminal of this process. However the process ends, it is left as it was found; `SIGKILL`
/// alone leaves that to the shell that started it.
///
/// It is set by `stty`, which is loaded faster than what Java would need for it.
final class Terminal {
    private static final String ENTER_PAGE = "\033[?1049h\033[?25l";
    private static final String LEAVE_PAGE = "\033[?25h\033[?1049l";

    private final String type;
    private TerminalMode mode = TerminalMode.ORIGINAL;
    private String settings = "";

    /// @param type its type, such as `xterm`, or empty if there is none
    Terminal(String type) {
        this.type = requireNonNull(type, "type is null");
    }

    /// Returns its type, or an empty string if there is none.
    String type() {
        return type;
    }

    /// Tells whether it is in another mode than it was found in.
    synchronized boolean inUse() {
        return mode != TerminalMode.ORIGINAL;
    }

    /// Changes its mode.
    synchronized void enter(TerminalMode wanted) throws IOException {
        if (type.isEmpty() || wanted == mode) {
            return;
        }
        if (mode == TerminalMode.FULL_SCREEN) {
            print(LEAVE_PAGE);
        }
        if (wanted == TerminalMode.ORIGINAL) {
            stty("stty " + settings);
        } else if (mode == TerminalMode.ORIGINAL) {
            if (settings.isEmpty()) {
                settings = stty("stty -g");
                Runtime.getRuntime().addShutdownHook(new Thread(this::restore));
            }
            stty("stty raw -echo");
        }
        mode = wanted;
        if (mode == TerminalMode.FULL_SCREEN) {
            print(ENTER_PAGE);
        }
    }

    /// Leaves it as it was found.
    void restore() {
        try {
            enter(TerminalMode.ORIGINAL);
        } catch (IOException _) {
            // The terminal is gone.
        }
    }

    /// Returns columns and rows; zeros if there is no terminal.
    int[] size() {
        if (!type.isEmpty()) {
            try {
                String[] size = stty("stty size").split(" ", -1);
                if (size.length == 2) {
                    int rows = Integer.parseInt(size[0]);
                    int columns = Integer.parseInt(size[1]);
                    // A serial line has no size: what the first terminals had is a good guess.
                    return new int[] {columns == 0 ? 80 : columns, rows == 0 ? 24 : rows};
                }
            } catch (IOException | NumberFormatException _) {
                // There is no terminal any more.
            }
        }
        return new int[] {0, 0};
    }

    private static void print(String sequence) throws IOException {
        // Not closed: it is the process's own.
        new FileOutputStream(FileDescriptor.out)
                .write(sequence.getBytes(StandardCharsets.US_ASCII));
    }

    private static String stty(String command) throws IOException {
        Process stty =
                new ProcessBuilder(command.split(" ", -1))
                        .redirectInput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (InputStream output = stty.getInputStream()) {
            String answer = new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (stty.waitFor() != 0) {
                throw new IOException("the terminal cannot be used: \"" + command + "\" failed");
            }
            return answer;
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }
}
