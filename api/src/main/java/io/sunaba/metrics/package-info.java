/// Numbers that plugins tell of themselves.
///
/// A plugin registers a [MetricSource] service; whoever publishes metrics asks all of them.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.metrics;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
