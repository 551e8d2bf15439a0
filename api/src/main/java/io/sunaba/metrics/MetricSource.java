package io.sunaba.metrics;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// Tells numbers about a plugin. A service of plugins, asked by whoever publishes metrics.
@ConsumerType
public interface MetricSource {
    /// Returns the numbers as they are now, those of one name together. May be called from any
    /// thread, at any time; must not block for longer than a few milliseconds.
    List<Metric> metrics();
}
