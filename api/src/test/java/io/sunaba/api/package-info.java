@NullMarked
package io.sunaba.api;

import org.jspecify.annotations.NullMarked;
