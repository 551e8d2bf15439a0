package io.sunaba.shell.command;

import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.Sandboxes;
import java.util.function.Supplier;

/// Finds the sandbox that a command is about. Its guest is not asked: what needs it connects by
/// itself, and what does not, such as a status, is not to wait for one that hangs.
public final class SandboxOperand {
    private SandboxOperand() {}

    /// Returns the sandbox that the first operand names.
    ///
    /// @throws NotFoundException if there is none
    public static Sandbox of(Supplier<Sandboxes> sandboxes, Call call) {
        String id = call.arguments().operand(0);
        return sandboxes
                .get()
                .find(id)
                .orElseThrow(() -> new NotFoundException("there is no sandbox '" + id + "'"));
    }
}
