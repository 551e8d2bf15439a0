/// The command `sandbox:top`.
@NullMarked
package io.sunaba.shell.top;

import org.jspecify.annotations.NullMarked;
