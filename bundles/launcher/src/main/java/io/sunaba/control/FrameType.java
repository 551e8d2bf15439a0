package io.sunaba.control;

import org.jspecify.annotations.Nullable;

/// Types of frames.
public enum FrameType {
    /// Client: what is asked for, an [OpenRequest].
    OPEN('o'),
    /// Server: how many more bytes of input may be sent, a number.
    WANT_INPUT('w'),
    /// Client: bytes of its standard input.
    INPUT('i'),
    /// Client: its standard input is at its end.
    INPUT_END('z'),
    /// Client: its terminal's columns and rows, two numbers; zeros if it has none that can be used.
    RESIZE('r'),
    /// Client: a signal came, a number.
    SIGNAL('s'),
    /// Server: how the client's terminal is to be, a [TerminalMode]; answered by its size.
    TERMINAL('t'),
    /// Server: bytes for standard output.
    OUTPUT('1'),
    /// Server: bytes for standard error.
    ERROR('2'),
    /// Server: the end; the exit status, a number.
    EXIT('x'),
    /// Server: the end of this connection, because the shell goes; what the next one is to be asked
    /// for, a [Handover].
    HANDOVER('h');

    private static final FrameType[] TYPES = values();

    private final byte code;

    FrameType(char code) {
        this.code = (byte) code;
    }

    /// Returns the byte on the wire.
    byte code() {
        return code;
    }

    /// Returns the type with this code, or null if there is none.
    static @Nullable FrameType of(byte code) {
        for (FrameType type : TYPES) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}
