/// What a crash of anything at any point leaves behind.
@NullMarked
package io.sunaba.core.crash;

import org.jspecify.annotations.NullMarked;
