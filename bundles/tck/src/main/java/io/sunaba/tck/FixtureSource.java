package io.sunaba.tck;

/// Makes a fresh fixture for each check; the check's end closes it.
///
/// @param <F> the kind of fixture
@FunctionalInterface
public interface FixtureSource<F extends AutoCloseable> {
    /// Makes a fixture over an empty place of its own.
    F open() throws Exception;
}
