/// Configuration files: what a property of them may be, and which of them are in error.
///
/// A plugin describes its configuration with the annotations of OSGi's Metatype service:
/// `@ObjectClassDefinition`, one method a property, and [io.sunaba.configuration.Allowed] for text
/// that may not be just anything. The platform checks `etc/*.cfg` against that before it hands
/// anything on: who is configured never sees a file that is in error.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.configuration;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
