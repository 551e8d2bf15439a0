package io.sunaba.tck.storage;

import static java.util.Objects.requireNonNull;

import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.Callers;
import java.io.PrintStream;

/// Writes to a store, from several threads and without an end, and reports each write that has
/// returned. Runs in a process that the suite ends in the middle.
public final class StorageWriter {
    static final String READY = "ready";
    static final int THREADS = 4;
    static final int KEYS = 3;

    private StorageWriter() {}

    /// Writes until the process ends or nobody reads the reports any more.
    public static void run(MetadataStorage storage, PrintStream reports)
            throws InterruptedException {
        requireNonNull(storage, "storage is null");
        reports.println(READY);
        Callers.together(
                THREADS,
                thread -> {
                    for (int round = 1; !reports.checkError(); round++) {
                        storage.save(key(thread, round), Values.ofRound(round));
                        reports.println(thread + " " + round);
                    }
                });
    }

    static String key(int thread, int round) {
        return "crash/" + thread + "/" + round % KEYS;
    }
}
