package io.sunaba.shell.top;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes percentages of processor times: of each, the one before is remembered.
final class Meter {
    private record Reading(Duration cpuTime, long nanos) {}

    private final Map<String, Reading> readings = new HashMap<>();
    private final Set<String> current = new HashSet<>();

    /// Returns the percentage of one processor since the last reading, or null if there is none.
    ///
    /// @param name whose time it is
    /// @param nanos when it was read
    @Nullable Double percent(String name, Duration cpuTime, long nanos) {
        current.add(name);
        Reading before = readings.put(name, new Reading(cpuTime, nanos));
        // A machine that was booted again begins at zero.
        if (before == null || nanos <= before.nanos() || cpuTime.compareTo(before.cpuTime()) < 0) {
            return null;
        }
        double used = cpuTime.minus(before.cpuTime()).toNanos();
        return Math.round(1000 * used / (nanos - before.nanos())) / 10.0;
    }

    /// Forgets whom nothing was read of since the last call.
    void forgetOthers() {
        readings.keySet().retainAll(current);
        current.clear();
    }
}
