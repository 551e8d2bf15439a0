/// The commands of the shell.
@NullMarked
package io.sunaba.shell;

import org.jspecify.annotations.NullMarked;
