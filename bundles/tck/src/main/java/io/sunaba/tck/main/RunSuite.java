package io.sunaba.tck.main;

import io.sunaba.tck.Check;
import io.sunaba.tck.FixtureSource;
import io.sunaba.tck.Outcome;
import io.sunaba.tck.Suite;
import io.sunaba.tck.agent.AgentContract;
import io.sunaba.tck.agent.AgentFixture;
import io.sunaba.tck.factory.FactoryContract;
import io.sunaba.tck.factory.FactoryFixture;
import io.sunaba.tck.hypervisor.HypervisorContract;
import io.sunaba.tck.hypervisor.HypervisorFixture;
import io.sunaba.tck.storage.StorageContract;
import io.sunaba.tck.storage.StorageFixture;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;

/// Runs a suite from the command line, without a test framework and without OSGi:
///
/// ```
/// java -cp ... io.sunaba.tck.main.RunSuite FIXTURE [CHECK...]
/// ```
///
/// `FIXTURE` is a class with a public constructor without parameters; what kind of plugin it opens
/// says which suite is run. With `CHECK`, only checks whose names contain one of these texts run.
/// Prints a line a check. Ends with 0 if all passed, with 1 if not, and with 2 if nothing could be
/// run.
public final class RunSuite {
    private RunSuite() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream output, PrintStream errors, String... arguments)
            throws InterruptedException {
        if (arguments.length == 0 || arguments[0].startsWith("-")) {
            errors.println("usage: java -cp ... io.sunaba.tck.main.RunSuite FIXTURE [CHECK...]");
            return 2;
        }
        Class<?> fixture;
        try {
            fixture = Class.forName(arguments[0]);
        } catch (ClassNotFoundException _) {
            errors.println("there is no class " + arguments[0] + " on the class path");
            return 2;
        }
        if (StorageFixture.class.isAssignableFrom(fixture)) {
            return run(output, errors, StorageContract.suite(), fixture, arguments);
        }
        if (HypervisorFixture.class.isAssignableFrom(fixture)) {
            return run(output, errors, HypervisorContract.suite(), fixture, arguments);
        }
        if (FactoryFixture.class.isAssignableFrom(fixture)) {
            return run(output, errors, FactoryContract.suite(), fixture, arguments);
        }
        if (AgentFixture.class.isAssignableFrom(fixture)) {
            return run(output, errors, AgentContract.suite(), fixture, arguments);
        }
        errors.printf(
                "%s must be a %s, %s, %s or %s%n",
                fixture.getName(),
                StorageFixture.class.getSimpleName(),
                HypervisorFixture.class.getSimpleName(),
                FactoryFixture.class.getSimpleName(),
                AgentFixture.class.getSimpleName());
        return 2;
    }

    @SuppressWarnings("unchecked") // the suite was chosen by the class
    private static <F extends AutoCloseable> int run(
            PrintStream output,
            PrintStream errors,
            Suite<F> suite,
            Class<?> fixture,
            String... arguments)
            throws InterruptedException {
        FixtureSource<F> source = () -> (F) open(fixture);
        int run = 0;
        int failed = 0;
        output.println(suite.name());
        for (Check<F> check : suite.checks()) {
            if (isChosen(check.name(), arguments)) {
                Outcome outcome = check.run(source);
                output.println(outcome);
                run++;
                failed += outcome.passed() ? 0 : 1;
            }
        }
        if (run == 0) {
            errors.println("no check has such a name");
            return 2;
        }
        output.printf("%d of %d checks failed%n", failed, run);
        return failed == 0 ? 0 : 1;
    }

    private static boolean isChosen(String check, String... arguments) {
        for (int i = 1; i < arguments.length; i++) {
            if (check.contains(arguments[i])) {
                return true;
            }
        }
        return arguments.length == 1;
    }

    private static Object open(Class<?> fixture) throws Exception {
        try {
            return fixture.getConstructor().newInstance();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    fixture.getName() + " has no public constructor without parameters", e);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
