package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

/// Where a guest finds a device on its PCI buses.
///
/// @param value the slots from the root bus down, two hexadecimal digits each, with `.function`
///   where that is not 0, separated by slashes: `08/00` is slot 0 of the bus behind the bridge in
///   slot 8
public record PciPath(String value) {
    public PciPath {
        requireNonNull(value, "value is null");
    }

    @Override
    public String toString() {
        return value;
    }
}
