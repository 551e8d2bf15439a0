package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

/// What a shell that goes leaves to the next one.
///
/// @param line the line that goes on with what ran
/// @param unusedInput how many bytes of input were read and not used
public record HandedOver(String line, int unusedInput) {
    public HandedOver {
        requireNonNull(line, "line is null");
    }
}
