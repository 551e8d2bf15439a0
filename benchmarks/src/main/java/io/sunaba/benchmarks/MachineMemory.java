package io.sunaba.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// What machines take of the host's memory, in bytes, as `/proc/<pid>/smaps` has it.
///
/// @param proportional the whole process, pages that it shares divided among those who share them
/// @param guestPrivate the guest's memory that this process alone has
record MachineMemory(long proportional, long guestPrivate) {
    private static final long KILO = 1024;
    private static final Pattern MAPPING = Pattern.compile("[0-9a-f]+-[0-9a-f]+ .*");

    /// Measures the machines whose files are below a directory.
    static List<MachineMemory> below(Path runDirectory) {
        return QemuProcess.below(runDirectory).stream().map(MachineMemory::of).toList();
    }

    private static MachineMemory of(QemuProcess process) {
        String memory = process.memoryFile();
        long proportional = 0;
        long guestPrivate = 0;
        boolean guest = false;
        for (String line : process.memoryMap()) {
            if (MAPPING.matcher(line).matches()) {
                guest = line.contains(memory);
            } else if (line.startsWith("Pss:")) {
                proportional += bytes(line);
            } else if (guest && line.startsWith("Private_")) {
                guestPrivate += bytes(line);
            }
        }
        return new MachineMemory(proportional, guestPrivate);
    }

    private static long bytes(String line) {
        return KILO * Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
}
