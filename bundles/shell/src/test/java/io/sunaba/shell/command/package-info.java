@NullMarked
package io.sunaba.shell.command;

import org.jspecify.annotations.NullMarked;
