package io.sunaba.core.record;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.network.Link;
import io.sunaba.sandbox.Interface;
import org.jspecify.annotations.Nullable;

/// What is stored of a network interface.
///
/// @param config what was asked for, and the MAC address that was chosen if none was
/// @param deviceId its id in the machine
/// @param link how it is connected, or null while it has nothing in a machine or on the host
/// @param intent what was begun with it and may not be done, or null
public record InterfaceRecord(
        Interface config, String deviceId, @Nullable Link link, @Nullable Intent intent) {
    /// What is stored before host, machine or guest are touched. Both end the same way: whoever
    /// finds it later takes the interface away.
    public enum Intent {
        /// Adding it: nobody was told that it is there.
        ADD,
        /// Removing it.
        REMOVE
    }

    public InterfaceRecord {
        requireNonNull(config, "config is null");
        requireNonNull(deviceId, "deviceId is null");
    }

    public String name() {
        return config.name();
    }

    public InterfaceRecord intending(@Nullable Intent begun) {
        return new InterfaceRecord(config, deviceId, link, begun);
    }

    public InterfaceRecord linked(@Nullable Link changed) {
        return new InterfaceRecord(config, deviceId, changed, intent);
    }
}
