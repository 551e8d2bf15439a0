@NullMarked
package io.sunaba.health;

import org.jspecify.annotations.NullMarked;
