/// The commands `cache:*`.
@NullMarked
package io.sunaba.shell.cache;

import org.jspecify.annotations.NullMarked;
