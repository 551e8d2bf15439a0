package io.sunaba.vmm.device;

import io.sunaba.error.RejectedException;
import java.util.regex.Pattern;

/// What is the rule for devices of every kind.
public final class DeviceRules {
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private DeviceRules() {}

    /// Checks an id.
    ///
    /// @throws RejectedException if it breaks the rule
    public static void checkId(DeviceKind kind, String id) {
        if (!ID.matcher(id).matches()) {
            throw new RejectedException(
                    "%s id '%s' must have 1 to 32 characters of a-z 0-9 -, a letter first"
                            .formatted(kind.words(), id));
        }
    }
}
