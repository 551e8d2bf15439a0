package io.sunaba.vmm.machine;

import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineExit.Reason;
import io.sunaba.vmm.TextTail;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is known of how a machine ends, while it does.
public final class Ending {
    private static final int CONSOLE_LINES = 200;
    private static final int LAST_WORDS = 3;
    private static final int SIGNALLED = 128;
    private static final String PANIC = "Kernel panic";

    private final MachineFiles files;
    private final String vmm;
    private final Path log;
    private final @Nullable Process child;
    private volatile boolean asked;
    private volatile boolean panicked;
    private volatile boolean poweredOff;
    private volatile boolean reset;
    private volatile String note = "";

    /// @param vmm what messages call the VMM
    /// @param log what it prints
    /// @param child its process as a child of this one, or null if it is none
    public Ending(MachineFiles files, String vmm, Path log, @Nullable Process child) {
        this.files = files;
        this.vmm = vmm;
        this.log = log;
        this.child = child;
    }

    /// Notes that somebody wants it to end.
    public void asked() {
        asked = true;
    }

    /// Tells whether somebody wants it to end.
    public boolean isAsked() {
        return asked;
    }

    public void panicked() {
        panicked = true;
    }

    /// Notes that the guest powered itself off.
    public void poweredOff() {
        poweredOff = true;
    }

    /// Notes that the guest reset itself, as it does after a panic.
    public void reset() {
        reset = true;
    }

    /// Notes what the VMM says of its end.
    public void note(String words) {
        note = words;
    }

    /// Tells how the machine ended, when its process has.
    public MachineExit toExit() {
        if (panicked) {
            return exit(Reason.PANICKED, panicLine().orElse("the guest panicked"));
        }
        if (poweredOff) {
            return exit(Reason.POWERED_OFF, "the guest powered itself off");
        }
        if (reset) {
            return panicLine()
                    .map(line -> exit(Reason.PANICKED, line))
                    .orElseGet(() -> exit(Reason.POWERED_OFF, "the guest reset itself"));
        }
        return asked ? exit(Reason.STOPPED, "stopped") : exit(Reason.FAILED, failure());
    }

    private static MachineExit exit(Reason reason, String detail) {
        return new MachineExit(reason, detail, Instant.now());
    }

    private Optional<String> panicLine() {
        return TextTail.lines(files.console(), CONSOLE_LINES).stream()
                .filter(line -> line.contains(PANIC))
                .map(line -> line.substring(line.indexOf(PANIC)))
                .findFirst();
    }

    private String failure() {
        String how = note.isEmpty() ? status() : "%s was ended: %s".formatted(vmm, note);
        String words = lastWords(log);
        return words.isEmpty() ? how : how + ": " + words;
    }

    private String status() {
        String unasked = vmm + " ended unasked";
        if (child == null) {
            return unasked;
        }
        try {
            return child.waitFor(1, TimeUnit.SECONDS) ? status(vmm, child.exitValue()) : unasked;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return unasked;
        }
    }

    /// Says an exit status in words.
    public static String status(String vmm, int value) {
        return value > SIGNALLED
                ? "%s was killed by signal %d".formatted(vmm, value - SIGNALLED)
                : "%s ended with status %d".formatted(vmm, value);
    }

    /// Returns what a VMM printed last, on one line; empty if nothing.
    public static String lastWords(Path log) {
        List<String> lines = TextTail.lines(log, LAST_WORDS);
        return String.join("; ", lines);
    }
}
