package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A storage device that a sandbox has.
///
/// @param info what was asked for
/// @param guestPath its device file or mount point in the container that has it, or null while none
///   has it
public record Device(DeviceInfo info, @Nullable String guestPath) {
    public Device {
        requireNonNull(info, "info is null");
    }
}
