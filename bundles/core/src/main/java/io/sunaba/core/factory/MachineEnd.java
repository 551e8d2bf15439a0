package io.sunaba.core.factory;

import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import java.util.List;

/// Puts the end of a machine in words, on one line.
public final class MachineEnd {
    private static final int CONSOLE_LINES = 20;

    private MachineEnd() {}

    /// Says how a machine ended, such as `failed (killed by signal 9)`.
    public static String text(MachineExit exit) {
        String what =
                switch (exit.reason()) {
                    case STOPPED -> "was ended";
                    case POWERED_OFF -> "powered itself off";
                    case PANICKED -> "panicked";
                    case FAILED -> "failed";
                };
        String detail = oneLine(exit.detail());
        return detail.isEmpty() ? what : what + " (" + detail + ")";
    }

    /// Returns the last words on the guest's console, introduced, or nothing.
    public static String lastConsoleLine(Machine machine) {
        List<String> lines =
                machine.consoleTail(CONSOLE_LINES).stream()
                        .map(MachineEnd::oneLine)
                        .filter(line -> !line.isEmpty())
                        .toList();
        return lines.isEmpty() ? "" : "; last console line: " + lines.getLast();
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }
}
