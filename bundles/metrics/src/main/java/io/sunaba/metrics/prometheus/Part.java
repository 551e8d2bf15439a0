package io.sunaba.metrics.prometheus;

import java.util.Locale;

/// What is measured by itself, and can fail by itself.
enum Part {
    DAEMON,
    MACHINE,
    CONTAINERS,
    GUEST,
    PLUGINS;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
