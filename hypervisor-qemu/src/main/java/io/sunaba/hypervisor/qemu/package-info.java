/// Runs machines with QEMU.
///
/// [QemuHypervisor] is the plugin. [Launch] starts a process, whose command line [CommandLine]
/// builds; [QemuVm] is what this process knows of one machine, [QemuMachine] a handle of it, and
/// [Qmp] the connection between.
@NullMarked
package io.sunaba.hypervisor.qemu;

import org.jspecify.annotations.NullMarked;
