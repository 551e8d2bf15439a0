/// The control socket: how people and scripts reach the platform.
@NullMarked
package io.sunaba.shell.control;

import org.jspecify.annotations.NullMarked;
