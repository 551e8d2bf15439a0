@NullMarked
package io.sunaba.etc;

import org.jspecify.annotations.NullMarked;
