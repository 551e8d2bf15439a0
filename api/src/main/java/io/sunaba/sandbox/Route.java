package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A route of a guest.
///
/// @param destination a network in CIDR notation, or `default`
/// @param gateway the next hop, or null if the destination is on the link
/// @param device the interface's name in the guest
/// @param source the preferred source address, or null
/// @param scope the scope as a number, 0 for global, 253 for link (source: rtnetlink)
public record Route(
        String destination,
        @Nullable String gateway,
        String device,
        @Nullable String source,
        int scope) {
    public Route {
        requireNonNull(destination, "destination is null");
        requireNonNull(device, "device is null");
    }
}
