/// How the platform comes by a booted virtual machine.
///
/// A factory plugin registers a [VmFactory] service with the property [VmFactory#NAME].
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.factory;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
