/// The plugins that are there just now, by kind and name.
@NullMarked
package io.sunaba.core.plugin;

import org.jspecify.annotations.NullMarked;
