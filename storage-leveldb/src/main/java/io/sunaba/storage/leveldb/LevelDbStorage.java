package io.sunaba.storage.leveldb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.storage.MetadataStorage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// Keeps all records in one LevelDB database.
@Component(
        service = MetadataStorage.class,
        configurationPid = LevelDbStorage.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = MetadataStorage.NAME + "=leveldb")
@Designate(ocd = LevelDbSettings.class)
public final class LevelDbStorage implements MetadataStorage {
    static final String PID = "io.sunaba.storage.leveldb";

    private final DatabaseThread database;

    @Activate
    public LevelDbStorage(LevelDbSettings settings) {
        this(LevelDbConfig.of(settings));
    }

    LevelDbStorage(LevelDbConfig config) {
        database = new DatabaseThread(Database.open(config));
    }

    @Deactivate
    public void close() {
        database.close();
    }

    @Override
    public void save(String key, byte[] value) {
        database.write(key, new Database.Change(bytes(key), value.clone()));
    }

    @Override
    public byte[] load(String key) {
        byte[] value = database.read(bytes(key));
        if (value == null) {
            throw new NotFoundException("there is no record " + key);
        }
        return value;
    }

    @Override
    public void delete(String key) {
        database.write(key, new Database.Change(bytes(key), null));
    }

    private static byte[] bytes(String key) {
        requireNonNull(key, "key is null");
        return key.getBytes(US_ASCII);
    }
}
