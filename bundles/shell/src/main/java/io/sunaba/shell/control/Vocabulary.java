package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Command;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What can be completed.
///
/// @param commands the commands
/// @param sandboxes gives the API while it is there
/// @param others what else operands stand for, such as `POOL`, and what there is of it
record Vocabulary(
        List<Command> commands,
        Supplier<Optional<Sandboxes>> sandboxes,
        Map<String, Supplier<List<String>>> others) {
    Vocabulary {
        others = Map.copyOf(others);
        commands = List.copyOf(commands);
        requireNonNull(sandboxes, "sandboxes is null");
    }
}
