package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Command;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What can be completed.
///
/// @param commands the commands
/// @param sandboxes gives the API while it is there
record Vocabulary(List<Command> commands, Supplier<Optional<Sandboxes>> sandboxes) {
    Vocabulary {
        commands = List.copyOf(commands);
        requireNonNull(sandboxes, "sandboxes is null");
    }
}
