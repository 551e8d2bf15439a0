/// Where the platform keeps its metadata.
///
/// A storage plugin registers a [MetadataStorage] service with the property [MetadataStorage#NAME].
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.storage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
