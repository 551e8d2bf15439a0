package io.sunaba.shell.command;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.apache.felix.service.command.Process;

/// Values that go along a pipeline beside the lines that show them.
///
/// Nobody may ask for them: a few are kept, more than a pipe holds lines.
final class PassedOn {
    private static final int MOST = 4096;

    private final Map<Process, ArrayDeque<Object>> values = new WeakHashMap<>();

    /// Takes a value whose line comes next.
    synchronized void add(Process process, Object value) {
        ArrayDeque<Object> queue = values.computeIfAbsent(process, _ -> new ArrayDeque<>());
        queue.add(value);
        if (queue.size() > MOST) {
            queue.remove();
        }
    }

    /// Returns the value of the next line, if it has one.
    synchronized Optional<Object> take(Process process) {
        ArrayDeque<Object> queue = values.get(process);
        return queue == null ? Optional.empty() : Optional.ofNullable(queue.poll());
    }
}
