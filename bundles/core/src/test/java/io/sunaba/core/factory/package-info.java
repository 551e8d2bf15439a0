@NullMarked
package io.sunaba.core.factory;

import org.jspecify.annotations.NullMarked;
