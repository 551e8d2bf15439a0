package io.sunaba.vmm.device;

import io.sunaba.hypervisor.PciPath;
import java.util.concurrent.CompletableFuture;

/// A device that is plugged, or about to be.
///
/// @param slot the number of its slot
/// @param path where the guest finds the slot
/// @param released completes when the guest has let go of it
public record Device(
        DeviceKind kind, String id, int slot, PciPath path, CompletableFuture<Void> released) {
    /// Returns what the VMM calls it.
    public String name() {
        return kind.name(id);
    }

    @Override
    public String toString() {
        return kind.words() + " " + id;
    }
}
