/// Contract suites: what every plugin of a kind must do, as checks that need no test framework.
///
/// A plugin's author writes a fixture that opens the plugin, and runs a suite over it: with
/// [Suite#run] from anywhere, also inside an OSGi framework, or with the adapter in
/// `io.sunaba.tck.junit` from a JUnit test.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.tck;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
