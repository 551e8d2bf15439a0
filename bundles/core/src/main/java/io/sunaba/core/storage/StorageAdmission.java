package io.sunaba.core.storage;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets no storage in that has the name of the one in use and holds other records: what is written
/// there would be missed in the other one, and machines would look like nobody's.
public final class StorageAdmission implements Plugins.Admission {
    private static final Logger LOG = LoggerFactory.getLogger(StorageAdmission.class);

    private final Plugins plugins;
    private final StorageChoice choice;
    private final SandboxRecords records;

    /// Held from when a storage is looked at until it is there, one after the other.
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
        lock.lock();
        try {
            requireOwn(name, Kind.STORAGE.type().cast(plugin));
            entry.run();
        } finally {
            lock.unlock();
        }
    }

    private void requireOwn(String name, MetadataStorage storage) {
        if (isChosen(name) && !holdsOwn(name, storage)) {
            throw new UnavailableException(
                    ("storage '%s' of this bundle holds other records than this platform's: give it"
                                    + " another name and move the records with storage:use, or, if they are to"
                                    + " be this platform's from now on, stop the platform and leave only the"
                                    + " name in %s")
                            .formatted(name, choice.place()));
        }
    }

    private boolean holdsOwn(String name, MetadataStorage storage) {
        boolean alone = plugins.find(Kind.STORAGE, name).isEmpty();
        return records.mayBeIn(storage, choice.records(), alone);
    }

    private boolean isChosen(String name) {
        try {
            return choice.name().equals(name);
        } catch (UnavailableException e) {
            LOG.debug("Which storage is chosen is not known: {} is let in", name, e);
            return false;
        }
    }

    /// Chooses the storage that the records were copied to.
    ///
    /// @throws ConflictException if the name is not that of this storage alone
    void choose(String name, MetadataStorage storage) {
        lock.lock();
        try {
            if (!plugins.isOnly(Kind.STORAGE, name, storage)) {
                throw new ConflictException(
                        ("storage '%s' is not the only one of its name, and each holds records of"
                                        + " its own: give one another name")
                                .formatted(name));
            }
            choice.choose(name);
        } finally {
            lock.unlock();
        }
    }
}
