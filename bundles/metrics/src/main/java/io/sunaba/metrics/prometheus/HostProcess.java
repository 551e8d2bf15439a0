package io.sunaba.metrics.prometheus;

import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// What a process of this host uses, from `/proc` (see proc(5)), under the names that Kata's users
/// know.
final class HostProcess {
    private static final Set<String> STATUS =
            Set.of(
                    "vmpeak",
                    "vmsize",
                    "vmlck",
                    "vmpin",
                    "vmhwm",
                    "vmrss",
                    "rssanon",
                    "rssfile",
                    "rssshmem",
                    "vmdata",
                    "vmstk",
                    "vmexe",
                    "vmlib",
                    "vmpte",
                    "vmswap",
                    "hugetlbpages",
                    "voluntary_ctxt_switches",
                    "nonvoluntary_ctxt_switches");

    private static final List<String> TIMES = List.of("utime", "stime", "cutime", "cstime");

    /// Where the times are among the fields after the program's name.
    private static final int FIRST_TIME = 11;

    private static final List<String> NETWORK =
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

    private final Path directory;
    private final String prefix;
    private final String what;
    private final Labels labels;
    private final Samples samples;

    private HostProcess(
            Path directory, String prefix, String what, Labels labels, Samples samples) {
        this.directory = directory;
        this.prefix = prefix;
        this.what = what;
        this.labels = labels;
        this.samples = samples;
    }

    /// Adds the samples of a process.
    ///
    /// @param directory its directory in `/proc`
    /// @param prefix what their names begin with, such as `kata_hypervisor_`
    /// @param what who it is, for people
    /// @throws IOException if it is gone, or not ours to look at
    static void measure(Path directory, String prefix, String what, Labels labels, Samples samples)
            throws IOException {
        HostProcess process = new HostProcess(directory, prefix, what, labels, samples);
        process.addFiles();
        process.addStatus();
        process.addTimes();
        process.addIo();
        process.addNetwork();
    }

    private void add(String name, String help, Number value, Labels more) {
        samples.add(prefix + name, help + " of " + what + ".", value, labels.merge(more));
    }

    private static Labels item(String name) {
        return Labels.of("item", name);
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(directory.resolve(file));
    }

    private void addFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("fd"))) {
            add("fds", "Open file descriptors", files.count(), Labels.EMPTY);
        }
    }

    private void addStatus() throws IOException {
        for (String line : lines("status")) {
            int colon = line.indexOf(':');
            String item = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).replace("kB", "").strip();
            if (item.equals("threads")) {
                add("threads", "Threads", Double.parseDouble(value), Labels.EMPTY);
            } else if (STATUS.contains(item)) {
                add(
                        "proc_status",
                        "Memory in KiB, and switches,",
                        Double.parseDouble(value),
                        item(item));
            }
        }
    }

    private void addTimes() throws IOException {
        String stat = lines("stat").getFirst();
        // The second field is a name in parentheses and may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        for (int i = 0; i < TIMES.size(); i++) {
            add(
                    "proc_stat",
                    "Processor time in ticks",
                    Double.parseDouble(fields[FIRST_TIME + i]),
                    item(TIMES.get(i)));
        }
    }

    private void addIo() throws IOException {
        for (String line : lines("io")) {
            String[] fields = line.split(": ", 2);
            add(
                    "io_stat",
                    "Input and output",
                    Double.parseDouble(fields[1]),
                    item(fields[0].replace("_", "")));
        }
    }

    private void addNetwork() throws IOException {
        for (String line : lines("net/dev")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String[] values = line.substring(colon + 1).strip().split("\\s+", -1);
                for (int i = 0; i < NETWORK.size(); i++) {
                    add(
                            "netdev",
                            "Network interfaces in the namespace",
                            Double.parseDouble(values[i]),
                            Labels.of(
                                    "interface",
                                    line.substring(0, colon).strip(),
                                    "item",
                                    NETWORK.get(i)));
                }
            }
        }
    }
}
