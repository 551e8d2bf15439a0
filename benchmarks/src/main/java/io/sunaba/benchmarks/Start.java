package io.sunaba.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// How long it takes to have a sandbox from each VM factory, one and many at once, and what the
/// machines take of the host's memory, next to what the hypervisor itself takes.
public final class Start {
    private static final int MANY = 8;
    private static final long POLL_NANOS = 20_000_000;

    private final Shell shell;
    private final Path rootfs;
    private final StartReport report = new StartReport();

    private Start(Shell shell, Path rootfs) {
        this.shell = shell;
        this.rootfs = rootfs;
    }

    /// Arguments: the data directory of a running platform, a root file system with busybox, the
    /// directory for the results, how many rounds.
    public static void main(String[] arguments) throws Exception {
        Start start = new Start(new Shell(Path.of(arguments[0])), Path.of(arguments[1]));
        start.measure(Integer.parseInt(arguments[3]), System.out);
        start.report.print(System.out);
        start.report.save(Path.of(arguments[2]), System.out);
    }

    private void measure(int rounds, PrintStream progress) throws Exception {
        shell.run("template:create");
        BareMachine cold = bare("new");
        BareMachine clone = bare("template");
        Path state = clone.savedState();
        create("cache"); // has the pool filled from now on
        run("new"); // packs the root file system
        // Taken in turn, so that what else the machine does hits all alike.
        for (int round = 1; round <= rounds; round++) {
            shell.run("cache:drain");
            report.add(StartReport.BOOT, cold.boot());
            report.add(StartReport.RESTORE, clone.restore(state));
            report.add(StartReport.NEW, create("new"));
            report.add(StartReport.TEMPLATE, create("template"));
            report.add(StartReport.RUN_NEW, run("new"));
            report.add(StartReport.RUN_TEMPLATE, run("template"));
            report.add(StartReport.RESTORE_TWO, atOnce(2, _ -> clone.restore(state)));
            report.add(StartReport.TEMPLATE_TWO, createAtOnce(2));
            long before = clone.processorTime();
            report.add(StartReport.RESTORE_MANY, atOnce(MANY, _ -> clone.restore(state)));
            report.processor(StartReport.BARE, clone.processorTime() - before);
            report.add(StartReport.TEMPLATE_MANY, createManyAtOnce());
            fillPool();
            report.add(StartReport.CACHE, create("cache"));
            fillPool();
            report.add(StartReport.RUN_CACHE, run("cache"));
            progress.printf("round %d of %d%n", round, rounds);
        }
        shell.run("cache:drain");
        report.memory("template", memory("template"));
        report.memory("new", memory("new"));
    }

    private BareMachine bare(String factory) throws IOException {
        shell.run("sandbox:create --id bench-1 --factory " + factory);
        BareMachine machine = BareMachine.like(shell.runDirectory());
        delete(1);
        return machine;
    }

    /// Waits until the pool is as full as it is to be, and nothing is made any more.
    private void fillPool() throws IOException {
        shell.run("sandbox:create --id bench-1 --factory cache");
        delete(1);
        while (!shell.run("cache:status").output().lines().anyMatch(Start::full)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean full(String pool) {
        return pool.matches(".*\\b2\\s+0\\s+2\\b.*");
    }

    private long create(String factory) throws IOException {
        long nanos = shell.run("sandbox:create --id bench-1 --factory " + factory).totalNanos();
        delete(1);
        return nanos;
    }

    private long run(String factory) throws IOException {
        return shell.run(
                        "sandbox:run --factory %s --rootfs %s -- /bin/true"
                                .formatted(factory, rootfs))
                .totalNanos();
    }

    private long createAtOnce(int count) throws Exception {
        long nanos = createTogether(count);
        delete(count);
        return nanos;
    }

    private long createTogether(int count) throws Exception {
        return atOnce(count, i -> shell.run("sandbox:create --factory template --id bench-" + i));
    }

    private long createManyAtOnce() throws Exception {
        long before = ProcessorTime.ofPlatform(shell.data());
        long nanos = createTogether(MANY);
        report.processor(StartReport.PLATFORM, ProcessorTime.ofPlatform(shell.data()) - before);
        report.processor(StartReport.MACHINES, ProcessorTime.ofMachines(shell.runDirectory()));
        delete(MANY);
        return nanos;
    }

    private List<MachineMemory> memory(String factory) throws Exception {
        for (int i = 1; i <= MANY; i++) {
            shell.run("sandbox:create --id bench-%d --factory %s".formatted(i, factory));
        }
        List<MachineMemory> memory = MachineMemory.below(shell.runDirectory());
        delete(MANY);
        return memory;
    }

    private void delete(int count) throws IOException {
        for (int i = 1; i <= count; i++) {
            shell.run("sandbox:delete --force bench-" + i);
        }
    }

    private interface Work {
        Object of(int number) throws Exception;
    }

    /// Returns the time until the last of them is done.
    private static long atOnce(int count, Work work) throws Exception {
        try (ExecutorService workers = Executors.newFixedThreadPool(count)) {
            List<Callable<Object>> all = new ArrayList<>();
            IntStream.rangeClosed(1, count).forEach(i -> all.add(() -> work.of(i)));
            long start = System.nanoTime();
            for (Future<Object> done : workers.invokeAll(all)) {
                done.get();
            }
            return System.nanoTime() - start;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
