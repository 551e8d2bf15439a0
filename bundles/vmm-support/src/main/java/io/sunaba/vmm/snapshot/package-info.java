/// Machines that were saved.
@NullMarked
package io.sunaba.vmm.snapshot;

import org.jspecify.annotations.NullMarked;
