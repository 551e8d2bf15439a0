package io.sunaba.tck;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;

/// What came of a suite. Its text has one line for each check.
///
/// @param suite the name of the suite
/// @param outcomes one for each check, in the suite's order
public record Report(String suite, List<Outcome> outcomes) {
    public Report {
        requireNonNull(suite, "suite is null");
        outcomes = List.copyOf(outcomes);
    }

    public List<Outcome> failures() {
        return outcomes.stream().filter(outcome -> !outcome.passed()).toList();
    }

    public boolean passed() {
        return failures().isEmpty();
    }

    @Override
    public String toString() {
        return outcomes.stream()
                .map(Outcome::toString)
                .collect(
                        Collectors.joining(
                                "\n",
                                suite + "\n",
                                "\n%d of %d checks failed"
                                        .formatted(failures().size(), outcomes.size())));
    }
}
