package io.sunaba.oci;

import io.sunaba.sandbox.Resources;
import org.jspecify.annotations.Nullable;

/// The property `linux.resources`.
final class ResourcesPart {
    private ResourcesPart() {}

    static Resources read(Property resources) {
        resources.allow("devices", "cpu", "memory", "pids");
        DeviceRules.check(resources.member("devices"));
        Property cpu = resources.member("cpu").allow("shares", "quota", "period", "cpus");
        // The guest has no swap: no limit of it changes anything.
        Property memory = resources.member("memory").allow("limit", "swap", "swappiness");
        Property processes = resources.member("pids").allow("limit");
        String cpus = cpu.member("cpus").text("");
        return new Resources(
                nonZero(cpu.member("shares").number(0, Long.MAX_VALUE)),
                limit(cpu.member("quota")),
                nonZero(cpu.member("period").number(0, Long.MAX_VALUE)),
                cpus.isEmpty() ? null : cpus,
                limit(memory.member("limit")),
                limit(processes.member("limit")));
    }

    /// A limit; whatever is below zero is none.
    private static @Nullable Long limit(Property limit) {
        Long number = nonZero(limit.number(Long.MIN_VALUE, Long.MAX_VALUE));
        return number == null ? null : Math.max(number, -1);
    }

    private static @Nullable Long nonZero(@Nullable Long number) {
        return number == null || number == 0 ? null : number;
    }
}
