package io.sunaba.hypervisor.qemu;

import io.sunaba.vmm.machine.VmmProgram;
import java.util.regex.Pattern;

/// The QEMU that machines are started with.
final class QemuProgram {
    private static final Pattern VERSION =
            Pattern.compile("QEMU emulator version ((\\d+)\\.(\\d+)[.\\d]*)");
    private static final int OLDEST_MAJOR = 7;
    private static final int OLDEST_MINOR = 2;

    private QemuProgram() {}

    static VmmProgram of(String binary) {
        return new VmmProgram(binary, "QEMU", VERSION, OLDEST_MAJOR, OLDEST_MINOR);
    }
}
