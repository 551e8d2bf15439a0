package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What the agent itself uses, as `kata_agent_...`, from `/proc/self` (see proc(5)).
final class AgentMetrics {
    private static final List<String> STATUS =
            List.of(
                    "VmPeak",
                    "VmSize",
                    "VmLck",
                    "VmPin",
                    "VmHWM",
                    "VmRSS",
                    "RssAnon",
                    "RssFile",
                    "RssShmem",
                    "VmData",
                    "VmStk",
                    "VmExe",
                    "VmLib",
                    "VmPTE",
                    "VmSwap",
                    "HugetlbPages",
                    "voluntary_ctxt_switches",
                    "nonvoluntary_ctxt_switches");

    private static final List<String> TIMES = List.of("utime", "stime", "cutime", "cstime");

    /// Where the times are among the fields after the program's name.
    private static final int FIRST_TIME = 11;

    private static final int VIRTUAL_SIZE = 20;
    private static final int KIBI = 1024;

    private AgentMetrics() {}

    /// @param self the agent's directory in `/proc`
    static void write(Path self, Exposition out) throws IOException {
        ProcFile status = ProcFile.read(self.resolve("status"));
        out.gauge("kata_agent_threads", "Threads of the agent.").sample(status.value("Threads"));
        List<String> stat = stat(self);
        long ticks =
                Long.parseLong(stat.get(FIRST_TIME)) + Long.parseLong(stat.get(FIRST_TIME + 1));
        out.gauge("kata_agent_total_time", "Processor time of the agent in seconds.")
                .sample(Double.toString((double) ticks / GuestMetrics.TICKS_PER_SECOND));
        out.gauge("kata_agent_total_vm", "Virtual memory of the agent in bytes.")
                .sample(stat.get(VIRTUAL_SIZE));
        out.gauge("kata_agent_total_rss", "Resident memory of the agent in bytes.")
                .sample(status.value("VmRSS") * KIBI);
        out.gauge("kata_agent_proc_stat", "Processor time of the agent in ticks.");
        for (int i = 0; i < TIMES.size(); i++) {
            out.sample(stat.get(FIRST_TIME + i), "item", TIMES.get(i));
        }
        out.gauge("kata_agent_proc_status", "Memory of the agent in KiB, and its switches.");
        for (String item : STATUS) {
            out.sample(status.value(item), "item", item.toLowerCase(Locale.ROOT));
        }
        out.gauge("kata_agent_io_stat", "Input and output of the agent.");
        for (List<String> line : ProcFile.read(self.resolve("io")).lines()) {
            out.sample(line.get(1), "item", line.getFirst());
        }
    }

    /// Returns the fields after the program's name, which may hold anything.
    private static List<String> stat(Path self) throws IOException {
        String stat = Files.readString(self.resolve("stat"));
        return List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1));
    }
}
