/// What hypervisor bundles need of the host: processes that outlive the platform, unix sockets,
/// directories that nobody else can enter. Each bundle embeds a copy; nobody exports it.
@NullMarked
package io.sunaba.vmm;

import org.jspecify.annotations.NullMarked;
