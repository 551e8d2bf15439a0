package io.sunaba.vmm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What `/proc/PID/stat` tells of a process (source: proc(5)).
///
/// @param state one letter: Z and X are those of a process that has ended
/// @param cpuTicks processor time so far, in clock ticks
/// @param threads number of threads
/// @param startTicks start time in clock ticks after boot
record ProcessStat(char state, long cpuTicks, int threads, long startTicks) {
    static Optional<ProcessStat> read(long pid) {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        } catch (IOException _) {
            return Optional.empty();
        }
        // The second field is a name in parentheses and may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Optional.of(
                new ProcessStat(
                        fields[0].charAt(0),
                        Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                        Integer.parseInt(fields[17]),
                        Long.parseLong(fields[19])));
    }

    boolean ended() {
        return state == 'Z' || state == 'X';
    }
}
