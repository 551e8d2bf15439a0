@NullMarked
package io.sunaba.shell.process;

import org.jspecify.annotations.NullMarked;
