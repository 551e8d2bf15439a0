/// How the platform boots and drives virtual machines.
///
/// A hypervisor plugin registers a [Hypervisor] service with the property [Hypervisor#NAME].
@Export
@Version("1.1.0")
@NullMarked
package io.sunaba.hypervisor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
