package io.sunaba.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.sandbox.SandboxRegistry;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.storage.StorageStatus;
import io.sunaba.storage.Storages;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operations on the records as a whole.
public final class StoredRecords implements Storages {
    private static final Logger LOG = LoggerFactory.getLogger(StoredRecords.class);

    private final Plugins plugins;
    private final StorageChoice choice;
    private final StorageAdmission admission;
    private final SandboxRecords records;
    private final SandboxRegistry registry;
    private final ReentrantLock moving = new ReentrantLock();

    public StoredRecords(
            Plugins plugins,
            StorageChoice choice,
            StorageAdmission admission,
            SandboxRecords records,
            SandboxRegistry registry) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.choice = requireNonNull(choice, "choice is null");
        this.admission = requireNonNull(admission, "admission is null");
        this.records = requireNonNull(records, "records is null");
        this.registry = requireNonNull(registry, "registry is null");
    }

    @Override
    public List<StorageStatus> storages() {
        var present = plugins.all(Kind.STORAGE).keySet();
        TreeSet<String> names = new TreeSet<>(present);
        names.add(choice.name());
        return names.stream()
                .map(name -> new StorageStatus(name, choice.is(name), present.contains(name)))
                .toList();
    }

    @Override
    public void use(String name) throws InterruptedException {
        registry.awaitRecords();
        moving.lockInterruptibly();
        try {
            if (!choice.is(name)) {
                move(choice.name(), name);
            }
        } finally {
            moving.unlock();
        }
    }

    private void move(String from, String to) throws InterruptedException {
        MetadataStorage target = plugins.require(Kind.STORAGE, to);
        admission.requireOnly(to, target);
        if (records.wouldLose(target)) {
            throw new ConflictException(
                    ("the records in storage '%s' are lost, and '%s' has some, which would go with"
                                    + " them: to use those, stop the platform and write '%s' into %s")
                            .formatted(from, to, to, choice.place()));
        }
        records.moveTo(target, () -> admission.choose(to, target));
        LOG.info("The records have moved from storage {} to {}", from, to);
    }

    @Override
    public List<String> keys() throws InterruptedException {
        return records.keys();
    }

    @Override
    public byte[] load(String key) throws InterruptedException {
        if (!keys().contains(key)) {
            throw new NotFoundException("there is no record " + key);
        }
        return choice.require().load(key);
    }

    @Override
    public int exportTo(Path file) throws InterruptedException {
        Map<String, byte[]> all = records.snapshot().records();
        try {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new ConflictException("there is a file %s already".formatted(file), e);
        } catch (IOException e) {
            throw failed("write", file, e);
        }
        try {
            Files.writeString(
                    file, RecordArchive.write(all), UTF_8, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            delete(file);
            throw failed("write", file, e);
        }
        return all.size();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("The unfinished file {} stays", file, e);
        }
    }

    @Override
    public List<String> importFrom(Path file) throws InterruptedException {
        Map<String, byte[]> sandboxes = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> record : read(file).entrySet()) {
            sandboxes.put(
                    SandboxRecords.idOf(record.getKey(), record.getValue()), record.getValue());
        }
        registry.adopt(sandboxes);
        return List.copyOf(sandboxes.keySet());
    }

    private static Map<String, byte[]> read(Path file) {
        try {
            return RecordArchive.read(Files.readString(file, UTF_8));
        } catch (IOException e) {
            throw failed("read", file, e);
        } catch (RejectedException e) {
            throw new RejectedException(file + ": " + e.getMessage(), e);
        }
    }

    private static UnavailableException failed(String action, Path file, IOException cause) {
        return new UnavailableException("cannot %s %s: %s".formatted(action, file, cause), cause);
    }
}
