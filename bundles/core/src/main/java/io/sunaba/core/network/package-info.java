/// The host's side of the networks of sandboxes.
@NullMarked
package io.sunaba.core.network;

import org.jspecify.annotations.NullMarked;
