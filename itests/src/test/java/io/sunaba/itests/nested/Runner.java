package io.sunaba.itests.nested;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs tests, given as `Class` or `Class#method`, and prints a line for each, in the first-level
/// machine.
final class Runner implements TestExecutionListener {
    private final Map<TestIdentifier, Long> started = new ConcurrentHashMap<>();
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    private Runner() {}

    static void main(String[] tests) {
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(Arrays.stream(tests).map(Runner::selector).toList())
                        .build();
        Runner runner = new Runner();
        LauncherFactory.create().execute(request, runner);
        boolean all = runner.passed.get() > 0 && runner.failed.get() == 0;
        System.exit(all ? 0 : 1);
    }

    private static DiscoverySelector selector(String test) {
        return test.contains("#")
                ? DiscoverySelectors.selectMethod(test)
                : DiscoverySelectors.selectClass(test);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        started.put(test, System.nanoTime());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() != Status.SUCCESSFUL) {
            boolean well = result.getStatus() == Status.SUCCESSFUL;
            (well ? passed : failed).incrementAndGet();
            Duration took =
                    Duration.ofNanos(System.nanoTime() - requireNonNull(started.remove(test)));
            System.out.printf(
                    "%s %6.1f s  %s%n",
                    well ? "passed" : "FAILED", took.toMillis() / 1000.0, name(test));
            result.getThrowable().ifPresent(failure -> failure.printStackTrace(System.out));
        }
    }

    private static String name(TestIdentifier test) {
        String shown = test.getDisplayName();
        return switch (test.getSource().orElse(null)) {
            case MethodSource method -> {
                String name = method.getJavaClass().getSimpleName() + "." + method.getMethodName();
                yield shown.startsWith(method.getMethodName()) ? name : name + ": " + shown;
            }
            case ClassSource type -> type.getJavaClass().getSimpleName();
            case null, default -> shown;
        };
    }
}
