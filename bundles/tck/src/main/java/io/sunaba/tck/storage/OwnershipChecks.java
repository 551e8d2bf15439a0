package io.sunaba.tck.storage;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.SunabaException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One owner at a time, and what stays when the owner is killed.
final class OwnershipChecks {
    private static final int CRASHES = 3;
    private static final int REPORTS_BEFORE_CRASH = 60;

    private OwnershipChecks() {}

    static List<Check<StorageFixture>> all() {
        return List.of(
                new Check<>("refuses a second owner in this process", OwnershipChecks::secondHere),
                new Check<>(
                        "refuses an owner beside another process",
                        OwnershipChecks::secondElsewhere),
                new Check<>(
                        "keeps every write that returned before SIGKILL", OwnershipChecks::crash));
    }

    private static void secondHere(StorageFixture fixture) throws Throwable {
        StorageContract.withOpen(
                fixture,
                storage -> {
                    storage.save("key", new byte[] {1});
                    expectRefused(fixture);
                    expectRefused(fixture);
                    Expect.equal("after the refusal", new byte[] {1}, storage.load("key"));
                    storage.save("key", new byte[] {2});
                    // A refused attempt must not have given up the lock towards other processes.
                    Process writer = fixture.startWriter();
                    try (BufferedReader reports = writer.inputReader()) {
                        Expect.equal("report of another process", null, reports.readLine());
                    } finally {
                        kill(writer);
                    }
                });
        StorageContract.withOpen(
                fixture, again -> Expect.equal("key", new byte[] {2}, again.load("key")));
    }

    private static void secondElsewhere(StorageFixture fixture) throws Throwable {
        Process writer = fixture.startWriter();
        try (BufferedReader reports = writer.inputReader()) {
            Expect.equal("first report", StorageWriter.READY, reports.readLine());
            expectRefused(fixture);
        } finally {
            kill(writer);
        }
        StorageContract.withOpen(fixture, storage -> storage.save("key", new byte[] {1}));
    }

    private static void expectRefused(StorageFixture fixture) {
        SunabaException error =
                Expect.failure(SunabaException.class, "second owner", fixture::open);
        Expect.that(error.getMessage() != null, "the refusal says why");
    }

    private static void crash(StorageFixture fixture) throws Throwable {
        for (int crash = 0; crash < CRASHES; crash++) {
            Map<String, Integer> acknowledged = writeAndKill(fixture);
            StorageContract.withOpen(fixture, storage -> expectWhole(storage, acknowledged));
        }
    }

    private static Map<String, Integer> writeAndKill(StorageFixture fixture) throws Exception {
        Map<String, Integer> acknowledged = new HashMap<>();
        Process writer = fixture.startWriter();
        try (BufferedReader reports = writer.inputReader()) {
            Expect.equal("first report", StorageWriter.READY, reports.readLine());
            for (int i = 0; i < REPORTS_BEFORE_CRASH; i++) {
                String line = reports.readLine();
                Expect.that(line != null, "the writer goes on until it is killed");
                record(line, acknowledged);
            }
            writer.destroyForcibly();
            for (String line = reports.readLine(); line != null; line = reports.readLine()) {
                record(line, acknowledged);
            }
        } catch (IOException _) {
            // the pipe broke with the process
        } finally {
            kill(writer);
        }
        return acknowledged;
    }

    private static void record(String line, Map<String, Integer> acknowledged) {
        String[] report = line.split(" ", -1);
        // Only whole lines: the last one may be cut off.
        if (report.length == 2 && !report[1].isEmpty()) {
            int round = Integer.parseInt(report[1]);
            acknowledged.merge(
                    StorageWriter.key(Integer.parseInt(report[0]), round), round, Math::max);
        }
    }

    private static void expectWhole(MetadataStorage storage, Map<String, Integer> acknowledged) {
        for (int thread = 0; thread < StorageWriter.THREADS; thread++) {
            for (int round = 0; round < StorageWriter.KEYS; round++) {
                String key = StorageWriter.key(thread, round);
                int least = acknowledged.getOrDefault(key, 0);
                try {
                    int found = Values.roundOf(key, storage.load(key));
                    Expect.that(found >= least, key + " is of " + least + " or later: " + found);
                } catch (NotFoundException e) {
                    Expect.that(least == 0, key + " is there: it was saved in round " + least);
                }
                storage.delete(key);
            }
        }
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }
}
