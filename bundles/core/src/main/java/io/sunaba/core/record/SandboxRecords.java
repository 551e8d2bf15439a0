package io.sunaba.core.record;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.workflow.Action;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The records of sandboxes in a metadata storage: one each, and an index of them, since a storage
/// cannot enumerate.
///
/// An id enters the index before its record is written and leaves it after the record was deleted.
/// After a crash the index may thus name a record that is not there, and never misses one that is.
public final class SandboxRecords {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxRecords.class);

    /// The format of the records that are written.
    public static final int FORMAT = RecordFormat.FORMAT;

    /// Hands out the storage that serves now.
    public interface Storage {
        MetadataStorage require() throws InterruptedException;

        /// Tells whether it is there now.
        default boolean present() {
            return true;
        }

        /// Returns the id of the records that it held last, or null if that is not known.
        default @Nullable String records() {
            return null;
        }

        /// Forgets which records it holds, before they are given another id.
        default void forgetRecords() {}

        /// Remembers which records it holds.
        ///
        /// @param id that of their index
        default void rememberRecords(String id) {}
    }

    /// The most that a storage takes as one value.
    private static final int MAXIMUM_BYTES = 1 << 20;

    private final Storage storage;
    private final ReentrantLock indexLock = new ReentrantLock();
    private final Set<String> index = new LinkedHashSet<>();

    /// Changes of records hold it shared; whoever needs them to stand still holds it alone.
    private final ReadWriteLock changes = new ReentrantReadWriteLock();

    private final RecordIdentity identity = new RecordIdentity();
    private volatile boolean closed;

    public SandboxRecords(Storage storage) {
        this.storage = requireNonNull(storage, "storage is null");
    }

    /// Loads the index and returns the ids in it. Goes before all else.
    ///
    /// @throws UnavailableException if it cannot be read, or is that of other records
    public List<String> loadIndex() throws InterruptedException {
        StoredIndex loaded = StoredIndex.read(storage.require());
        if (!identity.fits(loaded, storage.records(), true)) {
            throw new UnavailableException("they are other records than this platform's");
        }
        identity.load(loaded);
        indexLock.lockInterruptibly();
        try {
            index.addAll(loaded.ids());
            if (!loaded.whole()) {
                mendIndex();
            }
        } finally {
            indexLock.unlock();
        }
        return loaded.ids();
    }

    /// Tells whether the storage had an index when it was loaded: without, no sandbox was ever
    /// stored there.
    public boolean indexFound() {
        return identity.found();
    }

    /// Has the index say which records these are, if the storage can be written. Without, they go
    /// on, and their next change does it.
    public void identify() throws InterruptedException {
        indexLock.lockInterruptibly();
        try {
            if (identity.written()) {
                remember();
            } else {
                writeIndex(index);
            }
        } catch (SunabaException e) {
            LOG.warn("The index of sandboxes does not say yet which records these are", e);
        } finally {
            indexLock.unlock();
        }
    }

    /// A choice that does not tell the id takes any.
    private void remember() {
        try {
            storage.rememberRecords(identity.id());
        } catch (UnavailableException e) {
            LOG.warn("Which records these are is remembered at the next start", e);
        }
    }

    /// The index of a storage that comes.
    ///
    /// @param index null if it cannot be read
    public record Found(@Nullable StoredIndex index) {}

    /// Reads the index of a storage that comes.
    public static Found find(MetadataStorage candidate) {
        try {
            return new Found(StoredIndex.read(candidate));
        } catch (SunabaException e) {
            LOG.debug("The index of a storage that comes cannot be read", e);
            return new Found(null);
        }
    }

    /// Tells whether what was found may be these records. An index that cannot be read may, so that
    /// the damage is told when it is loaded.
    ///
    /// @param remembered the id of the records that were loaded last, if it is known
    /// @param alone whether no other storage of its name serves
    public boolean mayBe(Found found, @Nullable String remembered, boolean alone) {
        StoredIndex index = found.index();
        return index == null ? alone : identity.fits(index, remembered, alone);
    }

    /// Tells whether a storage has records that a move of these would delete though these are lost.
    public boolean wouldLose(MetadataStorage target) {
        return !identity.written() && !StoredIndex.read(target).ids().isEmpty();
    }

    private void mendIndex() throws InterruptedException {
        try {
            writeIndex(index);
            LOG.warn("One of the two copies of the index of sandboxes was not whole; it is mended");
        } catch (UnavailableException e) {
            LOG.warn("One of the two copies of the index of sandboxes cannot be mended", e);
        }
    }

    public void addToIndex(String sandboxId) throws InterruptedException {
        changeIndex(sandboxId, true);
    }

    public void removeFromIndex(String sandboxId) throws InterruptedException {
        changeIndex(sandboxId, false);
    }

    private void changeIndex(String sandboxId, boolean present) throws InterruptedException {
        indexLock.lockInterruptibly();
        try {
            Set<String> changed = new LinkedHashSet<>(index);
            if (present ? changed.add(sandboxId) : changed.remove(sandboxId)) {
                writeIndex(changed);
                index.clear();
                index.addAll(changed);
            }
        } finally {
            indexLock.unlock();
        }
    }

    private void writeIndex(Set<String> ids) throws InterruptedException {
        boolean first = !identity.written();
        if (first) {
            if (!identity.isAsLoaded(StoredIndex.read(storage.require()))) {
                throw new UnavailableException(
                        "the index of sandboxes is another one than was loaded: stop and start the"
                                + " platform, which loads it again");
            }
            storage.forgetRecords();
        }
        byte[] data = StoredIndex.encode(ids, identity.id());
        write(StoredIndex.COPY_KEY, data);
        write(StoredIndex.KEY, data);
        if (first) {
            identity.setWritten();
            remember();
        }
    }

    /// Loads the record of a sandbox.
    ///
    /// @throws NotFoundException if there is none
    /// @throws UnavailableException if it cannot be read, is damaged, or of a later version
    public SandboxRecord load(String sandboxId) throws InterruptedException {
        SandboxRecord record =
                RecordFormat.read(
                        "the record " + key(sandboxId),
                        storage.require().load(key(sandboxId)),
                        SandboxRecord.class);
        if (!record.id().equals(sandboxId)) {
            throw new UnavailableException(
                    "the record %s is damaged: it is that of sandbox '%s'"
                            .formatted(key(sandboxId), record.id()));
        }
        return record;
    }

    public void save(SandboxRecord record) throws InterruptedException {
        write(key(record.id()), RecordFormat.write(record));
    }

    public void delete(String sandboxId) throws InterruptedException {
        change(() -> storage.require().delete(key(sandboxId)));
    }

    /// Refuses all changes from now on: the records belong to whoever loads them next.
    public void close() {
        closed = true;
    }

    private void write(String key, byte[] data) throws InterruptedException {
        if (data.length > MAXIMUM_BYTES) {
            throw new RejectedException(
                    "the record %s would have %d bytes: at most %d are stored"
                            .formatted(key, data.length, MAXIMUM_BYTES));
        }
        change(() -> storage.require().save(key, data));
    }

    private void change(Action action) throws InterruptedException {
        changes.readLock().lockInterruptibly();
        try {
            requireOpen();
            action.run();
        } finally {
            changes.readLock().unlock();
        }
    }

    /// Waits for the storage for the grace, before something is done whose result must be stored.
    ///
    /// @throws UnavailableException if it does not come
    public void requireStorage() throws InterruptedException {
        requireOpen();
        var _ = storage.require();
    }

    /// Returns the keys of all records, the index last.
    public List<String> keys() throws InterruptedException {
        return Stream.concat(
                        StoredIndex.read(storage.require()).ids().stream().map(SandboxRecords::key),
                        Stream.of(StoredIndex.COPY_KEY, StoredIndex.KEY))
                .toList();
    }

    /// Tells whether the storage is there now.
    public boolean hasStorage() {
        return storage.present();
    }

    /// Reads all records at one moment.
    public RecordTransfer snapshot() throws InterruptedException {
        changes.writeLock().lockInterruptibly();
        try {
            return RecordTransfer.from(storage.require());
        } finally {
            changes.writeLock().unlock();
        }
    }

    /// Copies all records into another storage and compares them; no record changes until the
    /// switch is done.
    ///
    /// @param onCopied switches
    public void moveTo(MetadataStorage target, Action onCopied) throws InterruptedException {
        changes.writeLock().lockInterruptibly();
        try {
            requireOpen();
            RecordTransfer.from(storage.require()).into(target);
            onCopied.run();
        } finally {
            changes.writeLock().unlock();
        }
    }

    /// Checks a record that comes from elsewhere, and returns its id.
    ///
    /// @throws RejectedException if it is no record of a sandbox
    public static String idOf(String key, byte[] data) {
        SandboxRecord record;
        try {
            record = RecordFormat.read("the record " + key, data, SandboxRecord.class);
        } catch (UnavailableException e) {
            throw new RejectedException(String.valueOf(e.getMessage()), e);
        }
        if (!key.equals(key(record.id()))) {
            throw new RejectedException(
                    "the record %s is that of sandbox '%s'".formatted(key, record.id()));
        }
        return record.id();
    }

    /// Stores a record that comes from elsewhere.
    public void adopt(String sandboxId, byte[] data) throws InterruptedException {
        addToIndex(sandboxId);
        change(() -> storage.require().save(key(sandboxId), data));
    }

    private void requireOpen() {
        if (closed) {
            throw new UnavailableException("the platform has stopped: no record can be changed");
        }
    }

    static String key(String sandboxId) {
        return "sandbox/" + sandboxId;
    }
}
