package io.sunaba.guest.agent;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A column of a list of processes, named as `ps -o` names it.
enum ProcessColumn {
    UID("UID"),
    PID("PID"),
    PPID("PPID"),
    PGID("PGID"),
    SID("SID"),
    /// The process's id in the container's own namespace.
    NSPID("NSPID"),
    STAT("STAT"),
    NICE("NI"),
    NLWP("NLWP"),
    RSS("RSS"),
    VSZ("VSZ"),
    TTY("TTY"),
    STIME("STIME"),
    ETIME("ELAPSED"),
    TIME("TIME"),
    COMM("COMMAND"),
    ARGS("CMD");

    /// What `ps -ef` shows.
    static final List<ProcessColumn> FULL = List.of(UID, PID, PPID, STIME, TTY, TIME, ARGS);

    private final String header;

    ProcessColumn(String header) {
        this.header = header;
    }

    String header() {
        return header;
    }

    String of(ProcessFacts process) {
        return switch (this) {
            case UID -> process.uid();
            case PID -> Integer.toString(process.pid());
            case PPID -> process.parent();
            case PGID -> process.group();
            case SID -> process.session();
            case NSPID -> process.innerPid();
            case STAT -> process.state();
            case NICE -> process.nice();
            case NLWP -> process.threads();
            case RSS -> process.residentKibibytes();
            case VSZ -> process.virtualKibibytes();
            case TTY -> process.terminal();
            case STIME -> process.started();
            case ETIME -> process.elapsed();
            case TIME -> process.cpuTime();
            case COMM -> process.name();
            case ARGS -> process.command();
        };
    }

    /// Reads `ps` options: `-e`, `-A`, `-a`, `-x` and `-w` change nothing, as all processes of the
    /// container are listed whole; `-f` asks for the usual columns; `-o` for those of a list.
    static List<ProcessColumn> chosenBy(List<String> options) {
        List<ProcessColumn> chosen = FULL;
        for (int i = 0; i < options.size(); i++) {
            String option = options.get(i);
            int list = option.indexOf('o');
            String flags = list < 0 ? option : option.substring(0, list);
            if (!flags.matches("-[efAaxw]*") || option.equals("-")) {
                throw Failures.invalid(
                        "ps option '"
                                + option
                                + "' is not among -e -f -A -a -x -w and -o COLUMN,...");
            }
            if (list < 0) {
                continue;
            }
            String names = option.substring(list + 1);
            if (names.isEmpty()) {
                if (++i == options.size()) {
                    throw Failures.invalid("ps option -o needs a list of columns");
                }
                names = options.get(i);
            }
            chosen = Arrays.stream(names.split(",", -1)).map(ProcessColumn::named).toList();
        }
        requireCommandLast(chosen);
        return chosen;
    }

    private static ProcessColumn named(String name) {
        String upper = name.strip().toUpperCase(Locale.ROOT);
        for (ProcessColumn column : values()) {
            if (column.name().equals(upper)) {
                return column;
            }
        }
        return switch (upper) {
            case "CMD", "COMMAND" -> ARGS;
            case "S" -> STAT;
            case "NI" -> NICE;
            case "TT", "TNAME" -> TTY;
            case "USER" -> UID;
            default ->
                    throw Failures.invalid(
                            "ps column '"
                                    + name
                                    + "' is not among "
                                    + Arrays.stream(values())
                                            .map(column -> column.name().toLowerCase(Locale.ROOT))
                                            .collect(Collectors.joining(" ")));
        };
    }

    /// Columns are told apart by the space between them.
    private static void requireCommandLast(List<ProcessColumn> columns) {
        int command = columns.indexOf(ARGS);
        if (command >= 0 && command < columns.size() - 1) {
            throw Failures.invalid("ps column args must be the last one: it has spaces in it");
        }
    }
}
