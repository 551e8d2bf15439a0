/// The command `help`.
@NullMarked
package io.sunaba.shell.help;

import org.jspecify.annotations.NullMarked;
