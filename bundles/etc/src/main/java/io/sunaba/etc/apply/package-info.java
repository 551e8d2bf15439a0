/// Applies configuration files to the platform.
@NullMarked
package io.sunaba.etc.apply;

import org.jspecify.annotations.NullMarked;
