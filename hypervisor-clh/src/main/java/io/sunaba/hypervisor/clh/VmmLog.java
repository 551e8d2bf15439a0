package io.sunaba.hypervisor.clh;

import io.sunaba.vmm.TextTail;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// What Cloud Hypervisor prints of itself, a line each: `cloud-hypervisor: 1.2s: <vcpu0>
/// ERROR:vmm/src/cpu.rs:1460 -- words`.
final class VmmLog {
    private static final int LINES = 200;

    /// The errors that it ends itself with (source: who writes to `exit_evt` in Cloud Hypervisor
    /// 53). There are others that it lives on with: a request that it refuses is one.
    private static final Pattern FATAL =
            Pattern.compile(
                    "> ERROR:\\S+ -- .*(VCPU generated error|thread panicked|Error applying seccomp filter)");

    private VmmLog() {}

    /// Tells whether a failure of its own made Cloud Hypervisor end itself.
    static boolean tellsOfFailure(Path log) {
        return TextTail.lines(log, LINES).stream().anyMatch(line -> FATAL.matcher(line).find());
    }
}
