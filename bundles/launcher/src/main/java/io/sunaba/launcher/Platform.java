package io.sunaba.launcher;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.framework.Felix;
import org.apache.felix.framework.FrameworkFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.slf4j.LoggerFactory;

/// Runs the platform: an OSGi framework with the bundles of `etc/startup.properties`.
///
/// Says on its standard output, in one line, how the start went: `ready PID MILLISECONDS`, `running
/// MESSAGE` if this very platform runs already, or `failed MESSAGE`. Then it lets go of it.
public final class Platform {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private static final double TICKS_PER_SECOND = 100;

    private static volatile int exitStatus;

    /// Held on to: a lock goes with the object that has it.
    @SuppressWarnings("unused")
    private static volatile @Nullable DataDirectory held;

    private Platform() {}

    /// Runs until the framework stops.
    ///
    /// The system properties `sunaba.home` and `sunaba.data` say where it is at home.
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream report = System.out;
        // Whoever prints in the platform prints to the log: standard error leads there.
        System.setOut(System.err);
        boolean foreground = List.of(arguments).contains("--foreground");
        try {
            Framework framework = start();
            long millis = millisSinceStart();
            long pid = ProcessHandle.current().pid();
            System.err.printf("%s platform ready, pid %d, %d ms%n", Instant.now(), pid, millis);
            if (foreground) {
                report.printf("sunaba: ready in %d ms, pid %d%n", millis, pid);
                ServiceManager.tellReady(pid);
            } else {
                report.printf("ready %d %d%n", pid, millis);
                // Leaves /dev/null in its place: the reader sees the end of its pipe.
                report.close();
            }
            awaitStop(framework);
            System.exit(0);
        } catch (StartException e) {
            if (foreground) {
                System.err.println("sunaba: " + e.line());
            } else {
                // Left open: the reader waits until this process has ended and holds nothing.
                report.printf("%s %s%n", e.running() ? "running" : "failed", e.line());
                report.flush();
                if (!e.running()) {
                    System.err.printf("%s platform does not start%n", Instant.now());
                    e.printStackTrace();
                }
            }
            exitStatus = 1;
            System.exit(1);
        }
    }

    private static Framework start() throws StartException, InterruptedException {
        Path home = Path.of(requireNonNull(System.getProperty("sunaba.home"), "sunaba.home"));
        Path wanted = Path.of(requireNonNull(System.getProperty("sunaba.data"), "sunaba.data"));
        // What takes a while to load is loaded beside what is done before it is needed.
        Thread.ofPlatform().daemon().name("framework").start(Platform::loadFramework);
        DataDirectory data = DataDirectory.open(wanted, home);
        held = data;
        Thread logging =
                Thread.ofPlatform().name("logging").start(LoggerFactory::getILoggerFactory);
        Path run = RunDirectory.open(data.path());
        data.linkRun(run);

        Map<String, String> variables = new HashMap<>();
        variables.put("sunaba.home", home.toString());
        variables.put("sunaba.data", data.path().toString());
        variables.put("sunaba.run", run.toString());
        Map<String, String> settings =
                new HashMap<>(Settings.read(home.resolve("etc/config.properties"), variables));
        settings.putAll(variables);
        Path store = data.path().resolve("cache/bundles");
        settings.put(Constants.FRAMEWORK_STORAGE, store.toString());

        ClassArchive classes =
                new ClassArchive(
                        home,
                        Path.of(
                                System.getProperty(
                                        "sunaba.classes",
                                        data.path().resolve("cache/platform.jsa").toString())));
        BundleCache cache =
                new BundleCache(
                        store,
                        Settings.readBundles(
                                home.resolve("etc/startup.properties"), home.resolve("system")));
        try {
            boolean install = cache.prepare();
            Framework framework = new FrameworkFactory().newFramework(settings);
            framework.init();
            Readiness readiness =
                    new Readiness(
                            framework.getBundleContext(),
                            settings.getOrDefault("sunaba.ready.services", ""));
            if (install) {
                cache.install(framework.getBundleContext());
            }
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(framework, run, classes), "stop"));
            // Whoever logs before it is there would be told so in the console's log.
            logging.join();
            framework.start();
            readiness.await(seconds(settings, "sunaba.ready.timeout.seconds", "30"));
            classes.makeAfter(seconds(settings, "sunaba.classes.delay.seconds", "20"));
            return framework;
        } catch (BundleException | IOException e) {
            throw new StartException("the platform cannot start: " + e.getMessage(), e);
        }
    }

    /// Initializes the framework's class.
    private static void loadFramework() {
        try {
            Class.forName(Felix.class.getName());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("it was there to compile with", e);
        }
    }

    private static Duration seconds(Map<String, String> settings, String key, String otherwise) {
        return Duration.ofSeconds(Long.parseLong(settings.getOrDefault(key, otherwise)));
    }

    private static void awaitStop(Framework framework) throws InterruptedException {
        FrameworkEvent event;
        do {
            event = framework.waitForStop(0);
        } while (event.getType() != FrameworkEvent.STOPPED
                && event.getType() != FrameworkEvent.ERROR);
    }

    /// Stops the framework in order. Virtual machines and their processes are none of its business.
    /// The data directory stays locked until the process has ended.
    private static void stop(Framework framework, Path run, ClassArchive classes) {
        try {
            classes.close();
            framework.stop();
            framework.waitForStop(STOP_TIMEOUT.toMillis());
            RunDirectory.removeIfEmpty(run);
            System.err.printf("%s platform stopped%n", Instant.now());
        } catch (BundleException | IOException | InterruptedException e) {
            System.err.printf("%s platform did not stop in order: %s%n", Instant.now(), e);
        }
        Runtime.getRuntime().halt(exitStatus);
    }

    /// Returns how long this process has lived (source: proc(5), field 22 of `stat`, in ticks).
    private static long millisSinceStart() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            double started = Long.parseLong(fields[19]) / TICKS_PER_SECOND;
            String uptime = Files.readString(Path.of("/proc/uptime"));
            double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
            return Math.round((now - started) * 1000);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc", e);
        }
    }
}
