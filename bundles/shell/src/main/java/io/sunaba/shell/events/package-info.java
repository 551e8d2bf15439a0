/// The command `sandbox:events`.
@NullMarked
package io.sunaba.shell.events;

import org.jspecify.annotations.NullMarked;
