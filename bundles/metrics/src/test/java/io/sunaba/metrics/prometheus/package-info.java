@NullMarked
package io.sunaba.metrics.prometheus;

import org.jspecify.annotations.NullMarked;
