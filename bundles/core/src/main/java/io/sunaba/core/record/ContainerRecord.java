package io.sunaba.core.record;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.Resources;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is stored of a container.
///
/// @param image the image of its root file system
/// @param fileSystem the image's type
/// @param disk the disk in the machine that holds the image, or null while there is none
/// @param intent what was begun with it and may not be done, or null
public record ContainerRecord(
        ContainerConfig config,
        ContainerState state,
        @Nullable ExitStatus exit,
        Instant createdAt,
        @Nullable Instant startedAt,
        Path image,
        String fileSystem,
        @Nullable Disk disk,
        @Nullable Intent intent) {
    /// What is stored before the guest is touched: whoever finds it later completes or undoes it.
    public enum Intent {
        /// Bringing it into the guest; to be undone.
        CREATE,
        /// Starting it; to be completed, since it may run by now.
        START,
        /// Taking it out of the guest; to be completed.
        DELETE,
        /// Freezing it; to be completed, as the two that follow: doing it again does no harm, and
        /// nobody can ask a guest whether it was done.
        PAUSE,
        /// Letting it go on.
        RESUME,
        /// Setting the limits that stand in its record.
        UPDATE
    }

    /// A disk that is plugged.
    ///
    /// @param id its id in the machine
    /// @param path where the guest finds it
    public record Disk(String id, PciPath path) {
        public Disk {
            requireNonNull(id, "id is null");
            requireNonNull(path, "path is null");
        }
    }

    public ContainerRecord {
        requireNonNull(config, "config is null");
        requireNonNull(state, "state is null");
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(image, "image is null");
        requireNonNull(fileSystem, "fileSystem is null");
    }

    public String id() {
        return config.id();
    }

    /// Tells whether its first process lives, frozen or not.
    public boolean alive() {
        return state == ContainerState.RUNNING || state == ContainerState.PAUSED;
    }

    public ContainerRecord intending(@Nullable Intent begun) {
        return new ContainerRecord(
                config, state, exit, createdAt, startedAt, image, fileSystem, disk, begun);
    }

    public ContainerRecord in(ContainerState next) {
        return new ContainerRecord(
                config, next, exit, createdAt, startedAt, image, fileSystem, disk, intent);
    }

    /// What was begun is done.
    ///
    /// @throws IllegalStateException if that cannot be told from the record alone
    public ContainerRecord done() {
        ContainerState next =
                switch (intent) {
                    case PAUSE -> ContainerState.PAUSED;
                    case RESUME -> ContainerState.RUNNING;
                    case UPDATE -> state;
                    case CREATE, START, DELETE ->
                            throw new IllegalStateException("%s of %s".formatted(intent, id()));
                    case null -> throw new IllegalStateException("nothing begun with " + id());
                };
        return in(next).intending(null);
    }

    public ContainerRecord started(Instant at) {
        return new ContainerRecord(
                config, ContainerState.RUNNING, null, createdAt, at, image, fileSystem, disk, null);
    }

    /// @param how how its first process ended, or null if that is unknown or it never ran
    public ContainerRecord ended(@Nullable ExitStatus how) {
        return new ContainerRecord(
                config,
                ContainerState.STOPPED,
                how,
                createdAt,
                startedAt,
                image,
                fileSystem,
                disk,
                null);
    }

    public ContainerRecord on(@Nullable Disk plugged) {
        return new ContainerRecord(
                config, state, exit, createdAt, startedAt, image, fileSystem, plugged, intent);
    }

    /// @param changed what is null in it stays as it is
    public ContainerRecord limitedTo(Resources changed) {
        return new ContainerRecord(
                config.limitedTo(merged(config.resources(), changed)),
                state,
                exit,
                createdAt,
                startedAt,
                image,
                fileSystem,
                disk,
                intent);
    }

    private static Resources merged(Resources old, Resources changed) {
        return new Resources(
                either(changed.cpuShares(), old.cpuShares()),
                either(changed.cpuQuotaMicros(), old.cpuQuotaMicros()),
                either(changed.cpuPeriodMicros(), old.cpuPeriodMicros()),
                either(changed.cpus(), old.cpus()),
                either(changed.memoryLimitBytes(), old.memoryLimitBytes()),
                either(changed.processLimit(), old.processLimit()));
    }

    private static <T> @Nullable T either(@Nullable T first, @Nullable T second) {
        return first != null ? first : second;
    }

    public ContainerStatus status() {
        return new ContainerStatus(
                id(),
                state,
                config.process().arguments(),
                exit,
                createdAt,
                startedAt,
                config.annotations());
    }
}
