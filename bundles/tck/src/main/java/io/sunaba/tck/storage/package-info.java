/// The contract suite of metadata storage plugins.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.tck.storage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
