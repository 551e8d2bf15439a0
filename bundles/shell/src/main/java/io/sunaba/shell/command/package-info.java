/// What a command is: its syntax, the parsing of its arguments, and the call that runs it.
@NullMarked
package io.sunaba.shell.command;

import org.jspecify.annotations.NullMarked;
