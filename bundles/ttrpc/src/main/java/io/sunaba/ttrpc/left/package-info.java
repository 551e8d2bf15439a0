/// What outlives the user of a channel, so that the next one goes on with it: the channel, and the
/// calls on it that wait in the peer. A user may be a whole bundle that is replaced: nothing here
/// leads to its classes.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.ttrpc.left;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
