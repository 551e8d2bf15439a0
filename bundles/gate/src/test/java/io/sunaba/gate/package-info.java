@NullMarked
package io.sunaba.gate;

import org.jspecify.annotations.NullMarked;
