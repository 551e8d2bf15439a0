/// Processes in containers, connected to the console.
@NullMarked
package io.sunaba.shell.process;

import org.jspecify.annotations.NullMarked;
