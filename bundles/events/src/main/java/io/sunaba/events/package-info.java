/// The events of sandboxes as events of OSGi.
@NullMarked
package io.sunaba.events;

import org.jspecify.annotations.NullMarked;
