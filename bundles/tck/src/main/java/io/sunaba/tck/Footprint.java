package io.sunaba.tck;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// What this process holds: open files, platform threads, child processes. Taken before and after
/// something, it shows what leaked.
///
/// Let the code run once before the first look, so that what the runtime loads for good is there.
public final class Footprint {
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final List<String> files;
    private final Set<Thread> threads;
    private final Set<ProcessHandle> children;

    private Footprint(List<String> files, Set<Thread> threads, Set<ProcessHandle> children) {
        this.files = files;
        this.threads = threads;
        this.children = children;
    }

    /// Looks at what this process holds now.
    public static Footprint now() throws IOException {
        return new Footprint(openFiles(), threads(), children());
    }

    /// Fails if this process holds anything more than it did. What is about to end or to be closed
    /// is waited for.
    public void expectNothingMore() throws IOException, InterruptedException {
        expectNothingMore(Patience.get());
    }

    void expectNothingMore(Duration patience) throws IOException, InterruptedException {
        for (ProcessHandle child : children()) {
            if (!children.contains(child)) {
                child.onExit()
                        .completeOnTimeout(child, patience.toSeconds(), TimeUnit.SECONDS)
                        .join();
                Expect.that(!child.isAlive(), "no process is left: " + child.info());
            }
        }
        for (Thread thread : threads()) {
            if (!threads.contains(thread)) {
                Expect.that(thread.join(patience), "no thread is left: " + thread);
            }
        }
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> more = moreOpenFiles();
        while (!more.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            more = moreOpenFiles();
        }
        Expect.that(more.isEmpty(), "no file is left open: " + more);
    }

    private List<String> moreOpenFiles() throws IOException {
        List<String> more = openFiles();
        files.forEach(more::remove);
        return more;
    }

    private static List<String> openFiles() throws IOException {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OPEN_FILES)) {
            for (Path descriptor : descriptors) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (!target.endsWith(".jar") && !target.endsWith("/fd")) {
                        targets.add(target);
                    }
                } catch (NoSuchFileException _) {
                    // closed since the listing
                }
            }
        }
        return targets;
    }

    /// The runtime's own threads, such as the carriers of virtual threads, come and go as it likes.
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getThreadGroup() != null)
                .filter(thread -> !thread.getThreadGroup().getName().equals("system"))
                .filter(thread -> !thread.getThreadGroup().getName().equals("InnocuousThreadGroup"))
                .filter(thread -> !thread.getClass().getName().contains("CarrierThread"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static Set<ProcessHandle> children() {
        return ProcessHandle.current().children().collect(Collectors.toSet());
    }
}
