/// What every agent plugin must do.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.tck.agent;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
