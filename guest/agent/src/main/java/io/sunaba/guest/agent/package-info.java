/// The program in the virtual machine: its first process, and the one that runs containers.
///
/// It may be the only Java code of the guest, so it is small and starts fast: what the first answer
/// does not need (system calls, containers, events) is made when it is first asked for.
@NullMarked
package io.sunaba.guest.agent;

import org.jspecify.annotations.NullMarked;
