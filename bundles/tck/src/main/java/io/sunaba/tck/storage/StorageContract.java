package io.sunaba.tck.storage;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import io.sunaba.tck.Footprint;
import io.sunaba.tck.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What every [MetadataStorage] must do.
public final class StorageContract {
    private StorageContract() {}

    /// What a check does with an open store.
    @FunctionalInterface
    interface Use {
        void of(MetadataStorage storage) throws Throwable;
    }

    /// Returns the suite.
    public static Suite<StorageFixture> suite() {
        List<Check<StorageFixture>> checks = new ArrayList<>();
        checks.addAll(
                List.of(
                        check("loads what was saved last", StorageContract::loadsWhatWasSaved),
                        check("keeps values of 1 byte to 1 MiB", StorageContract::keepsAnySize),
                        check("keeps its own copy of a value", StorageContract::keepsOwnCopy),
                        check("tells all legal keys apart", StorageContract::tellsKeysApart),
                        check("names a missing key", StorageContract::namesMissingKey),
                        check("deletes once and for all", StorageContract::deletes),
                        new Check<>("sees everything when opened again", StorageContract::reopens),
                        new Check<>("is of no use once closed", StorageContract::refusesOnceClosed),
                        new Check<>(
                                "leaves no open file or thread", StorageContract::leavesNothing)));
        checks.addAll(ConcurrencyChecks.all());
        checks.addAll(OwnershipChecks.all());
        return new Suite<>("metadata storage", checks);
    }

    /// Makes a check that needs a store which is open from its start to its end.
    static Check<StorageFixture> check(String name, Use use) {
        return new Check<>(name, fixture -> withOpen(fixture, use));
    }

    static void withOpen(StorageFixture fixture, Use use) throws Throwable {
        MetadataStorage storage = fixture.open();
        try {
            use.of(storage);
        } finally {
            fixture.close(storage);
        }
    }

    static void expectMissing(MetadataStorage storage, String key) {
        NotFoundException error =
                Expect.failure(NotFoundException.class, "load of " + key, () -> storage.load(key));
        Expect.names(error, key);
    }

    private static void loadsWhatWasSaved(MetadataStorage storage) {
        storage.save("sandboxes/one", Values.random(1, 1000));
        Expect.equal("first value", Values.random(1, 1000), storage.load("sandboxes/one"));
        storage.save("sandboxes/one", Values.random(2, 3000));
        Expect.equal("longer value", Values.random(2, 3000), storage.load("sandboxes/one"));
        storage.save("sandboxes/one", Values.random(3, 10));
        Expect.equal("shorter value", Values.random(3, 10), storage.load("sandboxes/one"));
    }

    private static void keepsAnySize(MetadataStorage storage) {
        byte[] everyByte = new byte[256];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
        }
        storage.save("every-byte", everyByte);
        Expect.equal("every byte", everyByte, storage.load("every-byte"));
        for (int size : new int[] {1, 2, 4095, 4096, 4097, 65_536, Values.LARGEST}) {
            storage.save("size/" + size, Values.random(size, size));
        }
        for (int size : new int[] {1, 2, 4095, 4096, 4097, 65_536, Values.LARGEST}) {
            Expect.equal(size + " bytes", Values.random(size, size), storage.load("size/" + size));
        }
    }

    private static void keepsOwnCopy(MetadataStorage storage) {
        byte[] saved = Values.random(1, 100);
        storage.save("copy", saved);
        saved[0]++;
        byte[] loaded = storage.load("copy");
        Expect.equal("after a change of what was saved", Values.random(1, 100), loaded);
        loaded[0]++;
        Expect.equal(
                "after a change of what was loaded", Values.random(1, 100), storage.load("copy"));
    }

    private static List<String> keys() {
        List<String> keys = new ArrayList<>();
        keys.addAll(
                List.of("a", "a/b", "a/b/c", "a/B", "A", "A/b", "a.b", "a-b", "a_b", "ab", "b"));
        keys.addAll(
                List.of("0", "-", "_", "a.", "a..b", "a.tmp", "lock", "a/lock", "CURRENT", "LOG"));
        keys.addAll(List.of("x".repeat(254), "x".repeat(255), "X".repeat(255)));
        keys.addAll(
                List.of("x/".repeat(127) + "x", "x/".repeat(126) + "x", "x/".repeat(126) + "xxx"));
        return keys;
    }

    private static void tellsKeysApart(MetadataStorage storage) {
        List<String> keys = keys();
        for (int i = 0; i < keys.size(); i++) {
            expectMissing(storage, keys.get(i));
            storage.save(keys.get(i), new byte[] {(byte) i});
        }
        for (int i = 0; i < keys.size(); i++) {
            Expect.equal(keys.get(i), new byte[] {(byte) i}, storage.load(keys.get(i)));
        }
        for (int i = 0; i < keys.size(); i++) {
            storage.delete(keys.get(i));
            expectMissing(storage, keys.get(i));
            for (int other = i + 1; other < keys.size(); other++) {
                String key = keys.get(other);
                Expect.equal(key, new byte[] {(byte) other}, storage.load(key));
            }
        }
    }

    private static void namesMissingKey(MetadataStorage storage) {
        expectMissing(storage, "none/such");
        storage.save("none", new byte[] {1});
        expectMissing(storage, "none/such");
        storage.save("none/such/key", new byte[] {1});
        expectMissing(storage, "none/such");
    }

    private static void deletes(MetadataStorage storage) {
        storage.delete("nothing/there");
        storage.save("thing", new byte[] {1});
        storage.delete("thing");
        expectMissing(storage, "thing");
        storage.delete("thing");
        storage.save("thing", new byte[] {2});
        Expect.equal("saved again", new byte[] {2}, storage.load("thing"));
    }

    private static void reopens(StorageFixture fixture) throws Throwable {
        List<String> keys = keys();
        withOpen(
                fixture,
                storage -> {
                    for (String key : keys) {
                        storage.save(key, Values.random(key.hashCode(), 500));
                    }
                    storage.save("overwritten", Values.random(1, 500));
                    storage.save("overwritten", Values.random(2, 400));
                    storage.save("deleted", Values.random(3, 300));
                    storage.delete("deleted");
                });
        withOpen(
                fixture,
                storage -> {
                    for (String key : keys) {
                        Expect.equal(key, Values.random(key.hashCode(), 500), storage.load(key));
                    }
                    Expect.equal("overwritten", Values.random(2, 400), storage.load("overwritten"));
                    expectMissing(storage, "deleted");
                });
    }

    private static void refusesOnceClosed(StorageFixture fixture) throws Throwable {
        MetadataStorage storage = fixture.open();
        storage.save("key", new byte[] {1});
        fixture.close(storage);
        Stream.<Expect.Action>of(
                        () -> storage.save("key", new byte[] {2}),
                        () -> storage.load("key"),
                        () -> storage.delete("key"))
                .forEach(use -> Expect.failure(UnavailableException.class, "closed store", use));
        withOpen(fixture, again -> Expect.equal("key", new byte[] {1}, again.load("key")));
    }

    private static void leavesNothing(StorageFixture fixture) throws Throwable {
        Use everything =
                storage -> {
                    loadsWhatWasSaved(storage);
                    deletes(storage);
                    ConcurrencyChecks.manyKeys(storage);
                };
        withOpen(fixture, everything);
        Footprint before = Footprint.now();
        withOpen(fixture, everything);
        before.expectNothingMore();
    }
}
