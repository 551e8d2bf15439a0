@NullMarked
package io.sunaba.core.guard;

import org.jspecify.annotations.NullMarked;
