/// Measurements of the platform, its sandboxes and their guests, in the text format of Prometheus.
@NullMarked
package io.sunaba.metrics;

import org.jspecify.annotations.NullMarked;
