@NullMarked
package io.sunaba.factory.cache;

import org.jspecify.annotations.NullMarked;
