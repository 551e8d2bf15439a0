package io.sunaba.hypervisor.qemu;

import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineExit.Reason;
import io.sunaba.vmm.TextTail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is known of how a machine ends, while it does.
final class Ending {
    private static final int CONSOLE_LINES = 200;
    private static final int SIGNALLED = 128;
    private static final String PANIC = "Kernel panic";

    private final MachineFiles files;
    private final @Nullable Process child;
    private volatile boolean asked;
    private volatile boolean panicked;
    private volatile String shutdown = "";

    Ending(MachineFiles files, @Nullable Process child) {
        this.files = files;
        this.child = child;
    }

    /// Notes that somebody wants it to end.
    void asked() {
        asked = true;
    }

    void panicked() {
        panicked = true;
    }

    /// Notes the reason of QEMU's SHUTDOWN event.
    void shutdown(String reason) {
        shutdown = reason;
    }

    /// Tells how the machine ended, when its process has.
    MachineExit toExit() {
        if (panicked) {
            return exit(Reason.PANICKED, panicLine().orElse("the guest panicked"));
        }
        return switch (shutdown) {
            case "guest-panic" -> exit(Reason.PANICKED, panicLine().orElse("the guest panicked"));
            case "guest-shutdown" -> exit(Reason.POWERED_OFF, "the guest powered itself off");
            case "guest-reset" ->
                    panicLine()
                            .map(line -> exit(Reason.PANICKED, line))
                            .orElseGet(() -> exit(Reason.POWERED_OFF, "the guest reset itself"));
            case "host-qmp-quit" -> exit(Reason.STOPPED, "stopped");
            default -> asked ? exit(Reason.STOPPED, "stopped") : exit(Reason.FAILED, failure());
        };
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
        String how = shutdown.isEmpty() ? status() : "QEMU was ended: " + shutdown;
        String words = lastWords(files);
        return words.isEmpty() ? how : how + ": " + words;
    }

    private String status() {
        if (child == null) {
            return "QEMU ended unasked";
        }
        try {
            if (!child.waitFor(1, TimeUnit.SECONDS)) {
                return "QEMU ended unasked";
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "QEMU ended unasked";
        }
        return status(child.exitValue());
    }

    /// Says an exit status in words.
    static String status(int value) {
        return value > SIGNALLED
                ? "QEMU was killed by signal " + (value - SIGNALLED)
                : "QEMU ended with status " + value;
    }

    /// Returns what QEMU printed last, on one line; empty if nothing.
    static String lastWords(MachineFiles files) {
        List<String> lines = TextTail.lines(files.log(), 3);
        return String.join("; ", lines);
    }
}
