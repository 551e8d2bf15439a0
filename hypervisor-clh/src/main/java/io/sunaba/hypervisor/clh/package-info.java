/// The hypervisor plugin for Cloud Hypervisor: each machine is a process of it, driven through its
/// REST API.
@NullMarked
package io.sunaba.hypervisor.clh;

import org.jspecify.annotations.NullMarked;
