package io.sunaba.tck.junit;

import static java.util.Objects.requireNonNull;

import io.sunaba.tck.Check;
import io.sunaba.tck.FixtureSource;
import io.sunaba.tck.Outcome;
import io.sunaba.tck.Suite;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// Runs a suite under JUnit, each check as a test:
///
/// ```java
/// @TestFactory
/// Stream<DynamicTest> contract() {
///     return ContractTests.of(StorageContract.suite(), MyFixture::new);
/// }
/// ```
public final class ContractTests {
    private ContractTests() {}

    /// Returns a suite's checks as tests.
    public static <F extends AutoCloseable> Stream<DynamicTest> of(
            Suite<F> suite, FixtureSource<F> source) {
        requireNonNull(source, "source is null");
        return suite.checks().stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), () -> run(check, source)));
    }

    private static <F extends AutoCloseable> void run(Check<F> check, FixtureSource<F> source)
            throws Throwable {
        Outcome outcome = check.run(source);
        Throwable failure = outcome.failure();
        if (failure != null) {
            throw failure;
        }
    }
}
