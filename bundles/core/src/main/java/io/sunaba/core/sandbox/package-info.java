/// Sandboxes at work: their records, connections, processes and operations.
@NullMarked
package io.sunaba.core.sandbox;

import org.jspecify.annotations.NullMarked;
