package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

/// What one sandbox consists of here.
record Parts(
        Environment environment,
        Events events,
        Ledger ledger,
        Connection connection,
        Processes processes,
        StreamHub streams,
        GuestContainers containers,
        GuestDevices devices,
        Sizing sizing,
        NetworkWork network) {
    Parts {
        requireNonNull(environment, "environment is null");
        requireNonNull(events, "events is null");
        requireNonNull(ledger, "ledger is null");
        requireNonNull(connection, "connection is null");
        requireNonNull(processes, "processes is null");
        requireNonNull(streams, "streams is null");
        requireNonNull(containers, "containers is null");
        requireNonNull(devices, "devices is null");
        requireNonNull(sizing, "sizing is null");
        requireNonNull(network, "network is null");
    }

    /// Returns the sandbox's id.
    String id() {
        return ledger.record().id();
    }
}
