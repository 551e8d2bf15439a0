/// Contract suites as JUnit Jupiter tests. The only package that needs JUnit.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.tck.junit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
