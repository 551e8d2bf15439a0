package io.sunaba.storage.leveldb;

import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.storage.StorageRepair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/// Rebuilds a damaged database, when somebody asks for it.
@Component(
        service = StorageRepair.class,
        configurationPid = LevelDbStorage.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = MetadataStorage.NAME + "=leveldb")
public final class LevelDbRepair implements StorageRepair {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private static final Duration CLOSING = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(10);

    private final LevelDbConfig config;
    private final Storage storage;

    @Activate
    public LevelDbRepair(LevelDbSettings settings, ComponentContext context) {
        this(
                LevelDbConfig.of(settings),
                new Storage() {
                    @Override
                    public void stop() {
                        context.disableComponent(LevelDbStorage.class.getName());
                    }

                    @Override
                    public void start() {
                        context.enableComponent(LevelDbStorage.class.getName());
                    }
                });
    }

    LevelDbRepair(LevelDbConfig config, Storage storage) {
        this.config = config;
        this.storage = storage;
    }

    /// The component that has the database open, or failed to open it. One that failed is not tried
    /// again by those who wanted its service: it has to come anew.
    interface Storage {
        /// Begins to close the database.
        void stop();

        /// Begins to open the database.
        void start();
    }

    @Override
    public String repair() {
        Path directory = config.directory();
        if (!Files.isDirectory(directory)) {
            throw new UnavailableException("there is no database in " + directory);
        }
        try {
            if (!Claim.isFree(directory) && !Claim.isDamaged(directory)) {
                throw new ConflictException(
                        "the database in %s is open: there is nothing to repair"
                                .formatted(directory));
            }
            storage.stop();
            try {
                awaitFree(directory);
                return repairFiles(directory);
            } finally {
                storage.start();
            }
        } catch (IOException e) {
            throw Database.failed("repair", directory, e);
        }
    }

    private static void awaitFree(Path directory) throws IOException {
        long deadline = System.nanoTime() + CLOSING.toNanos();
        while (!Claim.isFree(directory) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private String repairFiles(Path directory) {
        try (Claim _ = claim(directory)) {
            new FreeSpace(directory).require(2 * FreeSpace.sizeOf(directory));
            Path copy = copy(directory);
            config.engine().repair(directory.toFile());
            return "the database in %s is repaired; what was there before is in %s"
                    .formatted(directory, copy);
        } catch (IOException | RuntimeException e) {
            if (e instanceof ConflictException conflict) {
                throw conflict;
            }
            throw Database.failed("repair", directory, e);
        }
    }

    private static Claim claim(Path directory) throws IOException {
        try {
            return Claim.on(directory);
        } catch (UnavailableException e) {
            throw new ConflictException(
                    "the database in %s is open, and cannot be repaired now".formatted(directory),
                    e);
        }
    }

    private static Path copy(Path directory) throws IOException {
        Path copy =
                directory.resolveSibling(
                        directory.getFileName() + ".damaged-" + TIME.format(Instant.now()));
        Files.createDirectory(copy);
        Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(directory));
        List<Path> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files = entries.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        return copy;
    }
}
