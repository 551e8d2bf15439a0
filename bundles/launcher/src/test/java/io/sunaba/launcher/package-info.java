@NullMarked
package io.sunaba.launcher;

import org.jspecify.annotations.NullMarked;
