package io.sunaba.guest.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Finds network devices by their MAC address, those that are just being plugged in too.
final class LinkFinder {
    /// Sees to it that devices that are there have their drivers.
    interface DriverLoader {
        void load() throws IOException;
    }

    private final SystemCalls calls;
    private final DriverLoader drivers;
    private final Duration patience;

    /// @param patience how long a device may take to come
    LinkFinder(SystemCalls calls, DriverLoader drivers, Duration patience) {
        this.calls = calls;
        this.drivers = drivers;
        this.patience = patience;
    }

    /// Waits until the device is there.
    ///
    /// @param mac in lower case
    Links.Link await(String mac) throws IOException {
        Optional<Links.Link> present = find(mac);
        if (present.isPresent()) {
            return present.get();
        }
        long end = System.nanoTime() + patience.toNanos();
        try (Netlink notifications = Netlink.open(calls, Netlink.LINK_GROUP)) {
            drivers.load();
            while (true) {
                // Those that came before we listened send no notification any more.
                present = find(mac);
                if (present.isPresent()) {
                    return present.get();
                }
                long millis = Duration.ofNanos(end - System.nanoTime()).toMillis();
                if (millis <= 0 || !notifications.awaitNotification((int) millis)) {
                    throw Failures.notFound(
                            "no interface with MAC address "
                                    + mac
                                    + " came within "
                                    + patience.toMillis()
                                    + " ms");
                }
            }
        }
    }

    private Optional<Links.Link> find(String mac) throws IOException {
        try (Netlink netlink = Netlink.open(calls, Netlink.NO_GROUP)) {
            return choose(mac, new Links(netlink).list());
        }
    }

    /// Devices that containers made may have the address of the hardware that they are made upon.
    private static Optional<Links.Link> choose(String mac, List<Links.Link> links) {
        List<Links.Link> found = links.stream().filter(link -> link.has(mac)).toList();
        List<Links.Link> hardware = found.stream().filter(link -> link.kind().isEmpty()).toList();
        List<Links.Link> candidates = hardware.isEmpty() ? found : hardware;
        if (candidates.size() > 1) {
            throw Failures.wrongState(
                    "MAC address "
                            + mac
                            + " is that of interfaces "
                            + String.join(
                                    " and ", candidates.stream().map(Links.Link::name).toList()));
        }
        return candidates.stream().findFirst();
    }
}
