@NullMarked
package io.sunaba.shell.steady;

import org.jspecify.annotations.NullMarked;
