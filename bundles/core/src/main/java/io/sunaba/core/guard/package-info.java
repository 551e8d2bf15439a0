/// The boundary between the core and its plugins: what is behind it may fail in any way, and what
/// comes through is an answer in time, or an error of the platform that names the plugin.
@NullMarked
package io.sunaba.core.guard;

import org.jspecify.annotations.NullMarked;
