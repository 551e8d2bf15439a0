package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// The metrics of agent and guest, under the names that Kata's users know. Read anew for each call:
/// nothing is measured while nobody asks.
final class GuestMetrics {
    /// The kernel's USER_HZ.
    static final int TICKS_PER_SECOND = 100;

    private static final int MILLIS_PER_TICK = 1000 / TICKS_PER_SECOND;
    private static final int KIBI = 1024;

    private static final List<String> CPU_ITEMS =
            List.of(
                    "user",
                    "nice",
                    "system",
                    "idle",
                    "iowait",
                    "irq",
                    "softirq",
                    "steal",
                    "guest",
                    "guest_nice");

    private static final List<String> DISK_ITEMS =
            List.of(
                    "reads",
                    "merged",
                    "sectors_read",
                    "time_reading",
                    "writes",
                    "writes_merged",
                    "sectors_written",
                    "time_writing",
                    "in_progress",
                    "time_in_progress",
                    "weighted_time_in_progress",
                    "discards",
                    "discards_merged",
                    "sectors_discarded",
                    "time_discarding",
                    "flushes",
                    "time_flushing");

    private static final List<String> NETWORK_ITEMS =
            List.of(
                    "recv_bytes",
                    "recv_packets",
                    "recv_errs",
                    "recv_drop",
                    "recv_fifo",
                    "recv_frame",
                    "recv_compressed",
                    "recv_multicast",
                    "sent_bytes",
                    "sent_packets",
                    "sent_errs",
                    "sent_drop",
                    "sent_fifo",
                    "sent_colls",
                    "sent_carrier",
                    "sent_compressed");

    private final Path proc;
    private final AtomicLong scrapes = new AtomicLong();

    GuestMetrics(Path proc) {
        this.proc = proc;
    }

    String text() throws IOException {
        Exposition out = new Exposition();
        out.family("kata_agent_scrape_count", "counter", "How often these were asked for.")
                .sample(scrapes.incrementAndGet());
        AgentMetrics.write(proc.resolve("self"), out);
        writeLoad(out);
        writeCpuTime(out);
        writeMemory(out);
        writeTable("kata_guest_vm_stat", "Virtual memory of the guest.", "vmstat", out);
        writeDisks(out);
        writeNetwork(out);
        return out.toString();
    }

    private List<List<String>> lines(String file) {
        return ProcFile.read(proc.resolve(file)).lines();
    }

    /// The line is `load1 load5 load15 running/all last-pid`.
    private void writeLoad(Exposition out) {
        for (List<String> line : lines("loadavg")) {
            out.gauge("kata_guest_load", "Load of the guest.");
            out.sample(line.get(0), "item", "load1");
            out.sample(line.get(1), "item", "load5");
            out.sample(line.get(2), "item", "load15");
            out.gauge("kata_guest_tasks", "Tasks of the guest: those that run, and all.");
            out.sample(line.get(3), "item", "cur");
            out.sample(line.get(4), "item", "max");
        }
    }

    private void writeCpuTime(Exposition out) {
        out.gauge("kata_guest_cpu_time", "Processor time of the guest in milliseconds.");
        for (List<String> line : lines("stat")) {
            if (line.getFirst().startsWith("cpu")) {
                String number = line.getFirst().substring("cpu".length());
                String cpu = number.isEmpty() ? "total" : number;
                for (int i = 0; i < CPU_ITEMS.size() && i + 1 < line.size(); i++) {
                    long ticks = Long.parseLong(line.get(i + 1));
                    out.sample(ticks * MILLIS_PER_TICK, "cpu", cpu, "item", CPU_ITEMS.get(i));
                }
            }
        }
    }

    private void writeMemory(Exposition out) {
        out.gauge("kata_guest_meminfo", "Memory of the guest, in bytes where it is no count.");
        for (List<String> line : lines("meminfo")) {
            long unit = line.size() > 2 ? KIBI : 1;
            out.sample(Long.parseLong(line.get(1)) * unit, "item", MemoryItem.of(line.getFirst()));
        }
    }

    private void writeTable(String family, String help, String file, Exposition out) {
        out.gauge(family, help);
        for (List<String> line : lines(file)) {
            out.sample(line.get(1), "item", line.getFirst());
        }
    }

    private void writeDisks(Exposition out) {
        out.gauge("kata_guest_diskstat", "Disks of the guest; times in milliseconds.");
        for (List<String> line : lines("diskstats")) {
            writeRow(line.subList(3, line.size()), DISK_ITEMS, "disk", line.get(2), out);
        }
    }

    private void writeNetwork(Exposition out) {
        out.gauge("kata_guest_netdev_stat", "Network interfaces of the guest.");
        for (List<String> line : lines("net/dev")) {
            if (!line.contains("|") && line.size() > NETWORK_ITEMS.size()) {
                writeRow(
                        line.subList(1, line.size()),
                        NETWORK_ITEMS,
                        "interface",
                        line.getFirst(),
                        out);
            }
        }
    }

    private static void writeRow(
            List<String> values, List<String> items, String label, String name, Exposition out) {
        for (int i = 0; i < items.size() && i < values.size(); i++) {
            out.sample(values.get(i), label, name, "item", items.get(i));
        }
    }
}
