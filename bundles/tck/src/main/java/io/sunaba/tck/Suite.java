package io.sunaba.tck;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/// A contract as a list of checks.
///
/// @param name the contract
/// @param checks its promises; each runs alone, with a fixture of its own
/// @param <F> the kind of fixture
public record Suite<F extends AutoCloseable>(String name, List<Check<F>> checks) {
    public Suite {
        requireNonNull(name, "name is null");
        checks = List.copyOf(checks);
    }

    /// Runs every check, one after the other, also when one fails.
    public Report run(FixtureSource<F> source) throws InterruptedException {
        requireNonNull(source, "source is null");
        List<Outcome> outcomes = new ArrayList<>();
        for (Check<F> check : checks) {
            outcomes.add(check.run(source));
        }
        return new Report(name, outcomes);
    }
}
