@NullMarked
package io.sunaba.metrics;

import org.jspecify.annotations.NullMarked;
