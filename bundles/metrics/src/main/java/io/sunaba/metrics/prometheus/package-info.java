/// Measurements of the platform, its sandboxes and their guests, in the text format of Prometheus.
@NullMarked
package io.sunaba.metrics.prometheus;

import org.jspecify.annotations.NullMarked;
