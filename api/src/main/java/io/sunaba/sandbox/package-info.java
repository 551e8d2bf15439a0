/// The sandbox API: what callers of the platform use. Implemented by the core alone, but for
/// [io.sunaba.sandbox.OciBundles].
///
/// Names follow the Kata API design in Java spelling.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.sandbox;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
