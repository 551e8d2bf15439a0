package io.sunaba.benchmarks;

import java.io.IOException;

/// A machine with a container, whose devices come and go.
interface Guest {
    /// The container, in the guest.
    String CONTAINER = "c";

    /// Where the container has the disk.
    String DISK_PLACE = "/data";

    /// Returns when the container has a disk of ext4 mounted.
    void plugDisk() throws IOException;

    void unplugDisk() throws IOException;

    /// Returns when the container has an interface in user mode with address, route and name
    /// server.
    void plugInterface() throws IOException;

    void unplugInterface() throws IOException;

    /// Returns when the guest has [Hotplug#MORE_MEMORY] in use.
    void plugMemory() throws IOException;

    void unplugMemory() throws IOException;

    /// Runs a script in the container and returns what it printed.
    String run(String script) throws IOException;
}
