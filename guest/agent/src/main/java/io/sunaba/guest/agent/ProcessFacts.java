package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What `/proc` tells of one process (source: proc_pid_stat(5), proc_pid_status(5)).
final class ProcessFacts {
    private static final long MILLIS_PER_TICK = 10;
    private static final int TERMINAL_MAJOR = 136;

    private final int pid;
    private final String name;

    /// The fields of `stat` behind the name: state is the first.
    private final String[] stat;

    private final Map<String, String> status;
    private final String command;
    private final Duration uptime;

    private ProcessFacts(
            int pid,
            String name,
            String[] stat,
            Map<String, String> status,
            String command,
            Duration uptime) {
        this.pid = pid;
        this.name = name;
        this.stat = stat;
        this.status = status;
        this.command = command;
        this.uptime = uptime;
    }

    /// Reads them.
    ///
    /// @throws IOException if the process has ended meanwhile
    static ProcessFacts read(Path proc, int pid) throws IOException {
        Path directory = proc.resolve(Integer.toString(pid));
        String line = Files.readString(directory.resolve("stat"));
        int close = line.lastIndexOf(')');
        return new ProcessFacts(
                pid,
                line.substring(line.indexOf('(') + 1, close),
                line.substring(close + 2).strip().split(" ", -1),
                status(directory.resolve("status")),
                Files.readString(directory.resolve("cmdline")).replace('\0', ' ').strip(),
                uptime(proc));
    }

    private static Map<String, String> status(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip()));
    }

    private static Duration uptime(Path proc) throws IOException {
        String seconds = Files.readString(proc.resolve("uptime")).split(" ", 2)[0];
        return Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000));
    }

    int pid() {
        return pid;
    }

    String uid() {
        return status.getOrDefault("Uid", "?").split("\\s", 2)[0];
    }

    /// The last of the ids, from the outermost namespace to the innermost.
    String innerPid() {
        String[] ids = status.getOrDefault("NSpid", Integer.toString(pid)).split("\\s+", -1);
        return ids[ids.length - 1];
    }

    String threads() {
        return status.getOrDefault("Threads", "?");
    }

    /// Absent for a process that has ended and was not reaped.
    String residentKibibytes() {
        return status.getOrDefault("VmRSS", "0").split(" ", 2)[0];
    }

    String virtualKibibytes() {
        return status.getOrDefault("VmSize", "0").split(" ", 2)[0];
    }

    String state() {
        return stat[0];
    }

    String parent() {
        return stat[1];
    }

    String group() {
        return stat[2];
    }

    String session() {
        return stat[3];
    }

    String terminal() {
        int device = Integer.parseInt(stat[4]);
        int major = (device >> 8) & 0xfff;
        int minor = (device & 0xff) | ((device >> 12) & 0xfff00);
        return major >= TERMINAL_MAJOR && major < TERMINAL_MAJOR + 8 ? "pts/" + minor : "?";
    }

    String nice() {
        return stat[16];
    }

    String cpuTime() {
        return clock(ticks(11).plus(ticks(12)));
    }

    String elapsed() {
        return clock(uptime.minus(sinceBoot()));
    }

    /// The time of day, in UTC.
    String started() {
        return LocalTime.ofInstant(Instant.now().minus(uptime).plus(sinceBoot()), ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.MINUTES)
                .toString();
    }

    String name() {
        return name.replaceAll("\\s", "?");
    }

    String command() {
        return command.isEmpty() ? "[" + name + "]" : command;
    }

    private Duration sinceBoot() {
        return ticks(19);
    }

    private Duration ticks(int field) {
        return Duration.ofMillis(Long.parseLong(stat[field]) * MILLIS_PER_TICK);
    }

    private static String clock(Duration time) {
        return String.format(
                Locale.ROOT,
                "%02d:%02d:%02d",
                time.toHours(),
                time.toMinutesPart(),
                time.toSecondsPart());
    }
}
