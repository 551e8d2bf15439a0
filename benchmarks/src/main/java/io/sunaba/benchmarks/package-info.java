/// Measures the platform next to floors taken in the same run.
@NullMarked
package io.sunaba.benchmarks;

import org.jspecify.annotations.NullMarked;
