/// Plugins in memory: honest state machines that can be told to fail.
@NullMarked
package io.sunaba.core.fake;

import org.jspecify.annotations.NullMarked;
