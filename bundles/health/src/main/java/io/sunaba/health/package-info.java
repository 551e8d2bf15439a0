/// Whether the platform is well, for Felix Health Checks.
@NullMarked
package io.sunaba.health;

import org.jspecify.annotations.NullMarked;
