package io.sunaba.tck.storage;

import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.Callers;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Many callers, and callers that are interrupted.
final class ConcurrencyChecks {
    private static final int CALLERS = 100;
    private static final int ROUNDS = 5;

    private ConcurrencyChecks() {}

    static List<Check<StorageFixture>> all() {
        return List.of(
                StorageContract.check(
                        "keeps apart 100 writers of 100 keys", ConcurrencyChecks::manyKeys),
                StorageContract.check(
                        "keeps values whole under 100 writers", ConcurrencyChecks::oneKey),
                StorageContract.check(
                        "leaves an interrupt pending", ConcurrencyChecks::interrupted),
                StorageContract.check(
                        "outlives interrupts in the middle", ConcurrencyChecks::interruptedInside));
    }

    static void manyKeys(MetadataStorage storage) throws InterruptedException {
        Callers.together(
                CALLERS,
                caller -> {
                    String key = "many/" + caller;
                    storage.save(key, Values.random(caller, 2000));
                    Expect.equal(key, Values.random(caller, 2000), storage.load(key));
                    storage.save(key, Values.random(-caller, 1000));
                    storage.save(key + "/more", Values.random(caller, 10));
                    storage.delete(key + "/more");
                });
        for (int caller = 0; caller < CALLERS; caller++) {
            String key = "many/" + caller;
            Expect.equal(key, Values.random(-caller, 1000), storage.load(key));
            StorageContract.expectMissing(storage, key + "/more");
        }
    }

    private static void oneKey(MetadataStorage storage) throws InterruptedException {
        storage.save("one", Values.ofRound(0));
        Callers.together(
                CALLERS,
                caller -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        storage.save("one", Values.ofRound(caller));
                        Values.roundOf("one", storage.load("one"));
                        Values.roundOf("one", storage.load("one"));
                    }
                });
        int last = Values.roundOf("one", storage.load("one"));
        Expect.that(last < CALLERS, "the last value is one that was saved: " + last);
    }

    private static void interrupted(MetadataStorage storage) {
        Thread.currentThread().interrupt();
        storage.save("interrupted", new byte[] {1});
        Expect.that(Thread.interrupted(), "save leaves the interrupt pending");
        Thread.currentThread().interrupt();
        byte[] loaded = storage.load("interrupted");
        Expect.that(Thread.interrupted(), "load leaves the interrupt pending");
        Expect.equal("saved under an interrupt", new byte[] {1}, loaded);
        Thread.currentThread().interrupt();
        storage.delete("interrupted");
        Expect.that(Thread.interrupted(), "delete leaves the interrupt pending");
        StorageContract.expectMissing(storage, "interrupted");
    }

    private static void interruptedInside(MetadataStorage storage) throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        Thread victim = Thread.currentThread();
        Thread nagger =
                Thread.ofVirtual()
                        .start(() -> {
                            while (!done.get()) {
                                victim.interrupt();
                                LockSupport.parkNanos(20_000);
                            }
                        });
        try {
            for (int round = 0; round < 100; round++) {
                storage.save("nagged", Values.ofRound(round));
                Expect.equal("nagged", round, Values.roundOf("nagged", storage.load("nagged")));
                storage.delete("nagged");
            }
        } finally {
            done.set(true);
            joinUninterruptibly(nagger);
        }
        storage.save("nagged", new byte[] {1});
        Expect.equal("after the interrupts", new byte[] {1}, storage.load("nagged"));
    }

    private static void joinUninterruptibly(Thread thread) {
        while (true) {
            try {
                thread.join();
                boolean _ = Thread.interrupted();
                return;
            } catch (InterruptedException _) {
                // one of its own
            }
        }
    }
}
