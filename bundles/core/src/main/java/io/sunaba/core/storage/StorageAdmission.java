package io.sunaba.core.storage;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.record.SandboxRecords.Found;
import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets no storage in that has the name of the one in use and holds other records: what is written
/// there would be missed in the other one, and machines would look like nobody's.
public final class StorageAdmission implements Plugins.Admission {
    private static final Logger LOG = LoggerFactory.getLogger(StorageAdmission.class);

    private final Plugins plugins;
    private final StorageChoice choice;
    private final SandboxRecords records;

    /// Held from when a storage is judged until it is there, one after the other.
    private final ReentrantLock lock = new ReentrantLock();

    public StorageAdmission(Plugins plugins, StorageChoice choice, SandboxRecords records) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.choice = requireNonNull(choice, "choice is null");
        this.records = requireNonNull(records, "records is null");
    }

    @Override
    public void admit(Kind<?> kind, String name, Object plugin, Runnable entry) {
        if (!kind.equals(Kind.STORAGE)) {
            entry.run();
            return;
        }
        MetadataStorage storage = Kind.STORAGE.type().cast(plugin);
        boolean entered = false;
        while (!entered) {
            // Read before the lock is taken: one that hangs holds up nobody else.
            @Nullable Found found = isChosen(name) ? SandboxRecords.find(storage) : null;
            entered = enter(name, found, entry);
        }
    }

    /// @param found what is in the storage; null if it is not the chosen one
    /// @return whether it was taken up; else the choice has changed since
    private boolean enter(String name, @Nullable Found found, Runnable entry) {
        lock.lock();
        try {
            if (isChosen(name) != (found != null)) {
                return false;
            }
            boolean alone = plugins.find(Kind.STORAGE, name).isEmpty();
            if (found != null && !records.mayBe(found, choice.records(), alone)) {
                throw new UnavailableException(
                        ("storage '%s' of this bundle holds other records than this platform's:"
                                        + " give it another name and move the records with storage:use, or, if they are"
                                        + " to be this platform's from now on, stop the platform and leave only the name in"
                                        + " %s")
                                .formatted(name, choice.place()));
            }
            entry.run();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isChosen(String name) {
        try {
            return choice.name().equals(name);
        } catch (UnavailableException e) {
            LOG.debug("Which storage is chosen is not known: {} is let in", name, e);
            return false;
        }
    }

    /// Expects that a name is that of one storage alone.
    void requireOnly(String name, MetadataStorage storage) {
        if (!plugins.isOnly(Kind.STORAGE, name, storage)) {
            throw new ConflictException(
                    ("storage '%s' is not the only one of its name, and each holds records of its"
                                    + " own: give one another name")
                            .formatted(name));
        }
    }

    /// Chooses the storage that the records were copied to.
    ///
    /// @throws ConflictException if the name is not that of this storage alone
    void choose(String name, MetadataStorage storage) {
        lock.lock();
        try {
            requireOnly(name, storage);
            choice.choose(name);
        } finally {
            lock.unlock();
        }
    }
}
