/// One class per promise.
@NullMarked
package io.sunaba.itests;

import org.jspecify.annotations.NullMarked;
