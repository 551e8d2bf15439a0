/// The errors of the platform: a small closed set, told apart by what a caller can do about them.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.error;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
