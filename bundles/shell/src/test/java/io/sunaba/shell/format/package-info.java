@NullMarked
package io.sunaba.shell.format;

import org.jspecify.annotations.NullMarked;
