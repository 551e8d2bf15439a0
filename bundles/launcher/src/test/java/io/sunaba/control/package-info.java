@NullMarked
package io.sunaba.control;

import org.jspecify.annotations.NullMarked;
