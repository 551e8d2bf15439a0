/// The terminal that a person sits at, for commands that take it for themselves.
@NullMarked
package io.sunaba.shell.terminal;

import org.jspecify.annotations.NullMarked;
