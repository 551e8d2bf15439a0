package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// An option of a command.
///
/// @param name its name without the dashes
/// @param argument what its argument stands for, such as `SIZE`, or null if it takes none
/// @param repeated whether it may be given more than once
/// @param description what it does, in one line
public record Option(String name, @Nullable String argument, boolean repeated, String description) {
    public Option {
        requireNonNull(name, "name is null");
        requireNonNull(description, "description is null");
    }

    /// An option without an argument.
    public static Option flag(String name, String description) {
        return new Option(name, null, false, description);
    }

    /// An option with an argument.
    public static Option value(String name, String argument, String description) {
        return new Option(name, argument, false, description);
    }

    /// An option with an argument that may be given more than once.
    public static Option values(String name, String argument, String description) {
        return new Option(name, argument, true, description);
    }

    /// Returns how it is written, such as `--memory SIZE`.
    String usage() {
        return "--" + name + (argument == null ? "" : " " + argument);
    }
}
