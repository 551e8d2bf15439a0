/// Suites from the command line.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.tck.main;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
