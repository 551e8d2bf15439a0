package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;

/// What a person types into a command: Ctrl-D on an empty buffer is an end of file, once.
final class Keyboard extends InputStream {
    private static final int END_OF_TRANSMISSION = 4;

    private final InputStream terminal;
    private boolean ended;

    Keyboard(InputStream terminal) {
        this.terminal = requireNonNull(terminal, "terminal is null");
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (ended) {
            ended = false;
            return -1;
        }
        int count = 0;
        do {
            int next = terminal.read();
            if (next < 0 || next == END_OF_TRANSMISSION) {
                ended = count > 0;
                return count > 0 ? count : -1;
            }
            target[offset + count++] = (byte) next;
        } while (count < length && terminal.available() > 0);
        return count;
    }

    @Override
    public int available() throws IOException {
        return terminal.available();
    }
}
