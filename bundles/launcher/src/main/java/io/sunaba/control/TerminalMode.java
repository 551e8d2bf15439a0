package io.sunaba.control;

/// How a client's terminal is to be.
public enum TerminalMode {
    /// As the client found it.
    ORIGINAL(0),
    /// Each byte passes as it is, both ways.
    RAW(1),
    /// Raw, and showing a page of its own; what was on the screen comes back afterwards.
    FULL_SCREEN(2);

    private static final TerminalMode[] MODES = values();

    private final int code;

    TerminalMode(int code) {
        this.code = code;
    }

    /// Returns it as a frame.
    public Frame toFrame() {
        return Frame.of(FrameType.TERMINAL, code);
    }

    /// Reads it from a frame.
    ///
    /// @throws IllegalArgumentException if there is no such mode
    public static TerminalMode of(Frame frame) {
        for (TerminalMode mode : MODES) {
            if (mode.code == frame.number(0)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("not a terminal mode: " + frame.number(0));
    }
}
