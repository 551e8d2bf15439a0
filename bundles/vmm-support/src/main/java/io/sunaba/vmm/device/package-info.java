/// What can be plugged into machines, by the same rules for every VMM.
@NullMarked
package io.sunaba.vmm.device;

import org.jspecify.annotations.NullMarked;
