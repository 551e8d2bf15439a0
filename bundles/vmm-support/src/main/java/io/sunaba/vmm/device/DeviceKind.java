package io.sunaba.vmm.device;

import static java.util.Objects.requireNonNull;

/// The kinds of devices that are plugged into machines.
public enum DeviceKind {
    DISK("disk-", "disk"),
    INTERFACE("nic-", "interface"),
    SHARE("share-", "shared directory");

    private final String prefix;
    private final String words;

    DeviceKind(String prefix, String words) {
        this.prefix = requireNonNull(prefix);
        this.words = requireNonNull(words);
    }

    /// Returns what a VMM calls a device of this kind, and what it stands on.
    public String name(String id) {
        return prefix + id;
    }

    /// Tells whether a VMM calls a device of this kind so.
    public boolean names(String name) {
        return name.startsWith(prefix);
    }

    /// Returns the id of what a VMM calls so.
    public String id(String name) {
        return name.substring(prefix.length());
    }

    /// Returns what messages call it.
    public String words() {
        return words;
    }
}
