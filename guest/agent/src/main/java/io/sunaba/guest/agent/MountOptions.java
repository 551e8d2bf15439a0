package io.sunaba.guest.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Options of a mount, as mount(2) wants them: flags, and the rest as text for the file system.
record MountOptions(long flags, String data) {
    private static final Map<String, Long> FLAGS =
            Map.ofEntries(
                    Map.entry("ro", SystemCalls.MS_RDONLY),
                    Map.entry("nosuid", SystemCalls.MS_NOSUID),
                    Map.entry("nodev", SystemCalls.MS_NODEV),
                    Map.entry("noexec", SystemCalls.MS_NOEXEC),
                    Map.entry("sync", 16L),
                    Map.entry("remount", SystemCalls.MS_REMOUNT),
                    Map.entry("dirsync", 128L),
                    Map.entry("noatime", 1024L),
                    Map.entry("nodiratime", 2048L),
                    Map.entry("bind", SystemCalls.MS_BIND),
                    Map.entry("rbind", SystemCalls.MS_BIND | SystemCalls.MS_REC),
                    Map.entry("relatime", 1L << 21),
                    Map.entry("strictatime", 1L << 24));

    private static final Map<String, Long> CLEARED =
            Map.of(
                    "rw",
                    SystemCalls.MS_RDONLY,
                    "suid",
                    SystemCalls.MS_NOSUID,
                    "dev",
                    SystemCalls.MS_NODEV,
                    "exec",
                    SystemCalls.MS_NOEXEC,
                    "async",
                    16L,
                    "atime",
                    1024L,
                    "diratime",
                    2048L,
                    "defaults",
                    0L);

    /// A later option wins over an earlier one.
    static MountOptions parse(List<String> options) {
        long flags = 0;
        List<String> data = new ArrayList<>();
        for (String option : options) {
            if (FLAGS.containsKey(option)) {
                flags |= FLAGS.getOrDefault(option, 0L);
            } else if (CLEARED.containsKey(option)) {
                flags &= ~CLEARED.getOrDefault(option, 0L);
            } else if (!option.isEmpty()) {
                data.add(option);
            }
        }
        return new MountOptions(flags, String.join(",", data));
    }
}
