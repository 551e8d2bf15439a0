package io.sunaba.core.workflow;

import static java.util.Objects.requireNonNull;

/// One step of a workflow. If `run` fails it leaves nothing; `undo` takes back a `run` that
/// succeeded.
///
/// @param name what it is called in messages
public record Step(String name, Action run, Action undo) {
    public Step {
        requireNonNull(name, "name is null");
        requireNonNull(run, "run is null");
        requireNonNull(undo, "undo is null");
    }

    /// A step whose work goes away with that of a step before it.
    public Step(String name, Action run) {
        this(name, run, () -> {});
    }
}
