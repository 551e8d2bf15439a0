package io.sunaba.sandbox;

import org.jspecify.annotations.Nullable;

/// Limits of what a container may use. Null means: as it is, or no limit for a new container.
///
/// @param cpuShares its weight against other containers, 2 to 262144
/// @param cpuQuotaMicros CPU time per period in microseconds; -1 for no limit
/// @param cpuPeriodMicros the period in microseconds, 1000 to 1000000
/// @param cpus the CPUs it may use, such as `0-1,3`
/// @param memoryLimitBytes memory in bytes; -1 for no limit
/// @param processLimit processes and threads; -1 for no limit
public record Resources(
        @Nullable Long cpuShares,
        @Nullable Long cpuQuotaMicros,
        @Nullable Long cpuPeriodMicros,
        @Nullable String cpus,
        @Nullable Long memoryLimitBytes,
        @Nullable Long processLimit) {
    /// Nothing is set.
    public static final Resources UNCHANGED = new Resources(null, null, null, null, null, null);
}
