package io.sunaba.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/// What a client asks for.
///
/// @param mode what is to be done
/// @param line the line to run, for [Mode#RUN]; the first one of a dialog that another shell began,
///   which may be blank, or empty for a new dialog
/// @param data the real path of the data directory whose platform the client means
/// @param workingDirectory the client's working directory, absolute
/// @param terminal the type of the client's terminal, such as `xterm-256color`, or empty if its
///   input or output is something else
/// @param columns the width of its terminal in characters, or 0
/// @param rows the height of its terminal in characters, or 0
public record OpenRequest(
        Mode mode,
        String line,
        String data,
        String workingDirectory,
        String terminal,
        int columns,
        int rows) {
    /// What is to be done.
    public enum Mode {
        /// Run one line.
        RUN,
        /// Run lines of standard input until it ends.
        SCRIPT,
        /// Talk with a person at a terminal in raw mode.
        INTERACTIVE
    }

    public OpenRequest {
        requireNonNull(mode, "mode is null");
        requireNonNull(line, "line is null");
        requireNonNull(data, "data is null");
        requireNonNull(workingDirectory, "workingDirectory is null");
        requireNonNull(terminal, "terminal is null");
    }

    /// Returns it as a frame: the fields as text, separated by zero bytes.
    public Frame toFrame() {
        String[] fields = {
            mode.name(),
            line,
            data,
            workingDirectory,
            terminal,
            Integer.toString(columns),
            Integer.toString(rows)
        };
        return new Frame(
                FrameType.OPEN, ByteBuffer.wrap(String.join("\0", fields).getBytes(UTF_8)));
    }

    /// Reads it from a frame.
    ///
    /// @throws IllegalArgumentException if the frame is something else
    public static OpenRequest of(Frame frame) {
        String[] fields = UTF_8.decode(frame.payload().duplicate()).toString().split("\0", -1);
        if (frame.type() != FrameType.OPEN || fields.length != 7) {
            throw new IllegalArgumentException("not an open request: " + frame);
        }
        return new OpenRequest(
                Mode.valueOf(fields[0]),
                fields[1],
                fields[2],
                fields[3],
                fields[4],
                Integer.parseInt(fields[5]),
                Integer.parseInt(fields[6]));
    }
}
