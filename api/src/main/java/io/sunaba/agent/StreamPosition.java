package io.sunaba.agent;

/// How far a caller has come in a stream of a process: with it, what was on its way when a
/// connection ended is neither lost nor passed on twice.
///
/// @param counter tells who counts, and is not 0. Another one begins, at 0, with what the one
///   before left
/// @param bytes how many bytes it has had, or given
public record StreamPosition(long counter, long bytes) {
    public StreamPosition {
        if (counter == 0 || bytes < 0) {
            throw new IllegalArgumentException(
                    "counter is %d and bytes is %d".formatted(counter, bytes));
        }
    }

    /// Returns the position so many bytes later.
    public StreamPosition plus(int more) {
        return new StreamPosition(counter, bytes + more);
    }
}
