package io.sunaba.health;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.storage.StorageStatus;
import io.sunaba.storage.Storages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// Looks whether the records can be read, and whether there is room for more.
@Component(property = {HealthCheck.NAME + "=storage", HealthCheck.TAGS + "=sunaba"})
public final class StorageCheck implements HealthCheck {
    private static final long LITTLE = 64L << 20;

    private final Storages storages;
    private final Path data;

    @Activate
    public StorageCheck(BundleContext context, @Reference Storages storages) {
        this(
                storages,
                Path.of(
                        requireNonNull(
                                context.getProperty("sunaba.data"), "sunaba.data is not set")));
    }

    StorageCheck(Storages storages, Path data) {
        this.storages = requireNonNull(storages, "storages is null");
        this.data = requireNonNull(data, "data is null");
    }

    @Override
    public Result execute() {
        FormattingResultLog log = new FormattingResultLog();
        for (StorageStatus status : storages.storages()) {
            if (status.inUse() && !status.present()) {
                log.critical("the storage in use, {}, is not there", status.name());
            }
        }
        try {
            log.info("{} records can be read", storages.keys().size());
        } catch (SunabaException e) {
            log.critical("the records cannot be read: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.healthCheckError("interrupted");
        }
        try {
            long free = Files.getFileStore(data).getUsableSpace();
            if (!Files.isWritable(data)) {
                log.critical("{} cannot be written to", data);
            } else if (free < LITTLE) {
                log.warn("{} MiB are free in {}", free >> 20, data);
            } else {
                log.info("{} MiB are free in {}", free >> 20, data);
            }
        } catch (IOException e) {
            log.critical("{} cannot be looked at: {}", data, e.toString());
        }
        return new Result(log);
    }
}
