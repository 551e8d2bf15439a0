package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

/// A container ran out of memory.
///
/// @param containerId the container
public record OomEvent(String containerId) {
    public OomEvent {
        requireNonNull(containerId, "containerId is null");
    }
}
