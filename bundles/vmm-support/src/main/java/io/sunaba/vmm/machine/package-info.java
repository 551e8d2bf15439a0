/// Machines as a hypervisor bundle keeps them: their files, records and handles, and how they end.
@NullMarked
package io.sunaba.vmm.machine;

import org.jspecify.annotations.NullMarked;
