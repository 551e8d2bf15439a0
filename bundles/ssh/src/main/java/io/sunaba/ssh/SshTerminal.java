package io.sunaba.ssh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.sunaba.control.Frame;
import io.sunaba.control.FrameType;
import io.sunaba.control.TerminalMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.sshd.server.Environment;

/// The client's terminal, if it has one. The client has it pass each byte as it is; what a kernel
/// does for other programs is done here while no command has taken it.
final class SshTerminal {
    private static final String ENTER_PAGE = "\033[?1049h\033[?25l";
    private static final String LEAVE_PAGE = "\033[?25h\033[?1049l";

    private final Environment environment;
    private final Consumer<Frame> platform;
    private final OutputStream out;
    private TerminalMode mode = TerminalMode.ORIGINAL;

    SshTerminal(Environment environment, Consumer<Frame> platform, OutputStream out) {
        this.environment = requireNonNull(environment, "environment is null");
        this.platform = requireNonNull(platform, "platform is null");
        this.out = requireNonNull(out, "out is null");
    }

    /// Returns its type, or an empty string if there is none.
    String type() {
        String type = environment.getEnv().get(Environment.ENV_TERM);
        return environment.getPtyModes().isEmpty() || type == null ? "" : type;
    }

    int columns() {
        return number(Environment.ENV_COLUMNS);
    }

    int rows() {
        return number(Environment.ENV_LINES);
    }

    /// Tells whether lines are edited for whoever reads them.
    synchronized boolean cooked() {
        return !type().isEmpty() && mode == TerminalMode.ORIGINAL;
    }

    /// Tells the platform about its size.
    void resized() {
        platform.accept(Frame.of(FrameType.RESIZE, columns(), rows()));
    }

    /// Changes its mode.
    synchronized void enter(TerminalMode wanted) {
        if (type().isEmpty() || wanted == mode) {
            return;
        }
        if (mode == TerminalMode.FULL_SCREEN) {
            print(LEAVE_PAGE);
        }
        mode = wanted;
        if (mode == TerminalMode.FULL_SCREEN) {
            print(ENTER_PAGE);
        }
    }

    /// Prints on one of its streams.
    void print(ByteBuffer bytes, OutputStream stream) throws IOException {
        byte[] all = new byte[bytes.remaining()];
        bytes.get(all);
        stream.write(cooked() ? withReturns(all) : all);
        stream.flush();
    }

    private void print(String sequence) {
        try {
            out.write(sequence.getBytes(US_ASCII));
            out.flush();
        } catch (IOException _) {
            // The client is gone, and its terminal is its own business.
        }
    }

    private static byte[] withReturns(byte[] bytes) {
        ByteArrayOutputStream result = new ByteArrayOutputStream(bytes.length + 16);
        for (byte next : bytes) {
            if (next == '\n') {
                result.write('\r');
            }
            result.write(next);
        }
        return result.toByteArray();
    }

    private int number(String variable) {
        try {
            return Integer.parseInt(environment.getEnv().getOrDefault(variable, "0"));
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
